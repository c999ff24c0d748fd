using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>One process of a world: a real stream thread, run on the test's thread and driven at every poll by a script.</summary>
internal sealed class Instance : IDisposable
{
    private readonly World _world;
    private readonly Queue<Step> _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly StateDirectory _state;
    private bool _settling;

    public Instance(World world, Queue<Step> script)
    {
        (_world, _script) = (world, script);
        _state = new StateDirectory(world.StateRoot, world.ClusterId, world.Log, world.Clock, NullLogger.Instance);
        Source = new MemorySource(world.Log) { OnPoll = NextPoll };
        var context = new TaskContext(_state, world.Sink, world.Clock, world.Metrics);
        Thread = new StreamThread(world.Role(world), Source, context, world.Topology.Runtime, NullLogger.Instance);
    }

    public MemorySource Source { get; }

    public StreamThread Thread { get; }

    public World World => _world;

    /// <summary>Runs the script, then everything that is left, then stops gracefully.</summary>
    /// <returns>False when the script made it crash; the rest of the script is for the next instance.</returns>
    public bool Run()
    {
        try
        {
            Thread.Run(_stop.Token);
            return true;
        }
        catch (CrashException crash)
        {
            Source.Crash();
            _world.Sink.Drop(crash.Kept);
            return false;
        }
    }

    /// <summary>Ends the loop after this turn.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        Thread.Dispose();
        _state.Dispose();
        _stop.Dispose();
    }

    private int NextPoll()
    {
        while (_settling && !Settle())
            return 0;
        while (_script.TryDequeue(out var step))
        {
            if (Take(step) is { } records)
                return records;
        }
        return Drain();
    }

    // Null = nothing for the loop to do; go on with the next step.
    private int? Take(Step step)
    {
        switch (step)
        {
            case Step.Poll poll:
                return poll.Records;
            case Step.BeginCommit:
                _world.Clock.Advance(_world.Topology.Runtime.CommitInterval);
                return 0;
            case Step.Commit:
                _settling = true;
                _world.Sink.Deliver();
                _world.Clock.Advance(_world.Topology.Runtime.CommitInterval);
                return 0;
            case Step.Deliver deliver:
                _world.Sink.Deliver(deliver.Records);
                return null;
            case Step.Fail fail:
                _world.Sink.Fail(fail.Records);
                return null;
            case Step.Crash crash:
                throw new CrashException(crash.Kept);
            case Step.Rebalance:
                _world.Sink.Deliver();
                Source.RevokeAll();
                Source.AssignAll();
                return 0;
            case Step.Lose lose:
                _world.Sink.Drop(lose.Kept);
                Source.LoseAll();
                Source.AssignAll();
                return 0;
            case Step.Do action:
                action.Act(this);
                return null;
            default:
                throw new InvalidOperationException($"unknown step {step}");
        }
    }

    // Commits go on in the background; empty polls let the thread see their end.
    private bool Settle()
    {
        _settling = Thread.Positions.Any(p => p.Committed != p.Position);
        if (!_settling)
            return true;
        _world.Sink.Deliver();
        _world.Clock.Advance(_world.Topology.Runtime.CommitInterval);
        System.Threading.Thread.Yield();
        return false;
    }

    private int Drain()
    {
        if (_stop.IsCancellationRequested)
            return 0;
        if (!Source.IsAtEnd)
            return int.MaxValue;
        _world.Sink.Deliver();
        if (Thread.Positions.Any(p => p.Committed != p.Position))
            return Take(new Step.Commit())!.Value;
        _world.Sink.Immediate = true;
        Stop();
        return 0;
    }

    private sealed class CrashException(int kept) : Exception("planned")
    {
        public int Kept => kept;
    }
}
