using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Users;

/// <summary>When a batch goes, what stays within the K/V budget, and what happens when the model fails.</summary>
public sealed class SequenceBatcherTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(10, 4, new[] { 4, 4, 2 })]
    [InlineData(8, 4, new[] { 4, 4 })]
    [InlineData(3, 64, new[] { 3 })]
    public void A_batch_goes_when_it_is_full_and_at_the_end_of_the_poll(int events, int max, int[] batches)
    {
        Batch(max, TimeSpan.FromMilliseconds(2));
        Send(events, users: 5);

        _world.Run();

        Assert.Equal(batches, _world.Model.Batches);
    }

    [Fact]
    public void A_batch_goes_when_its_oldest_event_has_waited_for_the_budget()
    {
        // A look at the clock takes 1 ms, and every event looks when it comes: three come within the budget of the first.
        Batch(64, TimeSpan.FromMilliseconds(20));
        Send(40, users: 5);
        _world.Clock.Drift = TimeSpan.FromMilliseconds(1);

        _world.Run(new Step.Poll(40));

        Assert.InRange(_world.Model.Batches.Count, 2, 20);
        Assert.Equal(40, _world.Model.Batches.Sum());
    }

    [Fact]
    public void A_later_event_of_the_batch_sees_the_earlier_ones()
    {
        Batch(64, TimeSpan.FromSeconds(1));
        _world.Send(UserEvents.Make("e1", minute: 5, value: 2));
        _world.Send(UserEvents.Make("e1", minute: 6));
        _world.Send(UserEvents.Make("e2", minute: 3, value: 7));

        _world.Run();

        var features = _world.Log.Read("user-features").Select(r => UserFeatures.Parser.ParseFrom(r.Value)).ToArray();
        Assert.Equal([2], _world.Model.Batches);
        Assert.Equal([(0L, 1L, false), (2L, 2L, true)], features.Select(f => (f.Version, f.HistoryLength, f.Late)));
        Assert.Equal([2d, 9d], features.Select(f => f.Aggregates.Single(a => a.Name == "revenue").Value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void The_budget_of_the_cache_is_never_passed(int states)
    {
        Batch(64, TimeSpan.FromMilliseconds(2));
        var budget = (states * _world.Model.MaxStateBytes) + 1;
        _world.UserOptions = _world.UserOptions with { CacheBytes = budget };
        Send(300, users: 20);

        _world.Run(new Step.Poll(50), new Step.Poll(7), new Step.Poll(1));

        Assert.InRange(_world.Model.MostBytes, 1, budget);
        Assert.InRange(_world.Model.Batches.Max(), 1, Math.Min(64, states));
        Assert.Equal(300, _world.Log.Read("user-features").Count());
        Assert.Equal(0, _world.Model.LiveStates);
    }

    [Fact]
    public void A_model_that_fails_once_costs_no_record_and_no_bit()
    {
        using var good = new World();
        foreach (var world in new[] { good, _world })
        {
            for (var i = 0; i < 60; i++)
                world.Send(Event(i, users: 4));
        }
        var calls = 0;
        _world.Model.Fails = _ => calls++ is 23 or 41;

        good.Run();
        _world.Run(new Step.Poll(10), new Step.Commit(), new Step.Poll(9), new Step.Poll(20), new Step.Commit(), new Step.Poll(9));

        Assert.True(calls > 60);
        Assert.Empty(_world.Log.Read(DeadLetterHeaders.TopicOf("user-events")));
        Outcome.OfUsers(good).AssertSame(Outcome.OfUsers(_world));
    }

    [Fact]
    public void A_rebuild_that_fails_once_costs_no_record_and_no_bit()
    {
        using var good = new World();
        foreach (var world in new[] { good, _world })
        {
            foreach (var @event in UserEvents.Row("u1", 8))
                world.Send(@event);
        }
        var failures = 0;

        good.Run();
        _world.Run(
            new Step.Poll(6),
            new Step.Commit(),
            new Step.Do(_ => _world.Model.Fails = t => t.EventTimeSeconds == UserEvents.Make("", minute: 3).EventTimeMs / 1000 && failures++ == 0),
            new Step.Crash(0));

        Assert.Equal(2, failures);
        Outcome.OfUsers(good).AssertSame(Outcome.OfUsers(_world));
    }

    [Fact]
    public void A_model_that_goes_on_failing_stops_the_role_and_commits_nothing()
    {
        Send(6, users: 1);
        var failures = 0;
        _world.Model.Fails = t => t.EventTimeSeconds == UserEvents.Make("", minute: 4).EventTimeMs / 1000 && failures++ >= 0;

        var stopped = Assert.Throws<TaskStoppedException>(() => _world.Run(new Step.Poll(3), new Step.Commit()));

        Assert.Contains("model 'fake-1' failed on a batch of 3", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(4, failures);
        Assert.Equal([0L, 1L, 2L], _world.Log.Read("user-features").Select(r => UserFeatures.Parser.ParseFrom(r.Value).Version));
        Assert.Empty(_world.Log.Read(DeadLetterHeaders.TopicOf("user-events")));
        Assert.Equal(0, _world.Model.LiveStates);
    }

    private static UserEvent Event(int i, int users) => UserEvents.Make($"e{i}", $"u{i % users}", $"c{i % 4}", i);

    private void Send(int events, int users)
    {
        for (var i = 0; i < events; i++)
            _world.Send(Event(i, users));
    }

    private void Batch(int max, TimeSpan budget) => _world.UserOptions = _world.UserOptions with { Batch = new BatchOptions { Max = max, Budget = budget } };
}
