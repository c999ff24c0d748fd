using System.Diagnostics;
using Streaming.Core.Contracts;
using Streaming.Runtime.Changelogs;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tasks;

/// <summary>
/// The owner of one partition: applies its records in order, publishes their features at once, and commits state and source offset together.
/// </summary>
/// <remarks>
/// One owner thread. A commit has five steps: (1) what waits is published, dirty state is put into the store and sealed; (2) every feature published before is awaited;
/// (3) the changelog gets it, and is awaited; (4) state and source offset are written in one transaction, on another thread; (5) the group is
/// told. The task goes on during 2 to 4.
/// </remarks>
internal sealed class StreamTask : ITaskOutput
{
    private readonly IProcessorFactory _factory;
    private readonly StateDirectory _directory;
    private readonly IRecordSink _sink;
    private readonly TimeProvider _clock;
    private readonly RuntimeMetrics _metrics;
    private readonly Lease _lease;
    private readonly DeadLetters _deadLetters;
    private readonly ChangelogWriter? _changelog;

    private ITaskProcessor _processor = null!;
    private TaskStore? _store;
    private StoreIdentity _identity = null!;
    private LogMark? _mark;
    private ulong _origin;
    private DeliveryEpoch _epoch = new();
    private Task<StoreIdentity>? _commit;
    private long _dirtySince;

    public StreamTask(TopicPartition partition, IProcessorFactory factory, TaskContext context, Lease lease)
    {
        Partition = partition;
        (_factory, _lease) = (factory, lease);
        (_directory, _sink, _clock, _metrics) = (context.State, context.Sink, context.Clock, context.Metrics);
        _deadLetters = new DeadLetters(context.Sink);
        _changelog = factory.Changelog is { } topic ? new ChangelogWriter(context.Sink, topic, partition.Partition) : null;
        Open();
        Become(TaskState.Running);
    }

    public TopicPartition Partition { get; }

    public TaskState State { get; private set; }

    /// <summary>The next offset to apply.</summary>
    public long Position { get; private set; }

    /// <summary>Where a new task would go on.</summary>
    public long Committed => _identity.NextOffset;

    /// <summary>Something was applied since the last commit began.</summary>
    public bool IsDirty { get; private set; }

    public bool IsCommitting => _commit is not null;

    /// <summary>Something is to be committed, and has been for at least <paramref name="interval"/>.</summary>
    public bool IsCommitDue(TimeSpan interval) => IsDirty && !IsCommitting && _clock.GetElapsedTime(_dirtySince) >= interval;

    public ITaskProcessor Processor => _processor;

    public bool MayPublish => _lease.MayPublish;

    /// <exception cref="StoreException">The task cannot go on.</exception>
    /// <exception cref="RestoreException">Call <see cref="Restore"/>, and read again from <see cref="Position"/>.</exception>
    public void Process(InputRecord record)
    {
        if (record.Offset < Position)
            return;
        var result = Apply(record);
        if (result.Rejection is { } rejection)
            DeadLetter(record, rejection);
        Position = record.Offset + 1;
        _mark = LogMark.Of(record);
        _origin = _origin == 0 ? _mark.Value.Hash : _origin;
        BecomeDirty();
        _metrics.Processed(_factory.Role, record.Source.Topic, result.Outcome);
    }

    public void Announce(InputRecord record)
    {
        if (record.Offset >= Position)
            _processor.Announce(record);
    }

    public bool IsReady(InputRecord record, TimeSpan patience) => record.Offset < Position || _processor.IsReady(record, patience);

    public bool EndBatch() => _processor.EndBatch();

    public void Idle() => _processor.Idle();

    public void Publish(in OutputRecord record, InputRecord cause, long eventTimeMs)
    {
        _epoch.Published();
        var delivery = new FeatureDelivery(_epoch, _metrics, _factory.Role, cause.AppendTimeMs, eventTimeMs);
        try
        {
            _sink.Publish(record, delivery);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The state has the event already, so this is no fault of the record: the epoch fails, and the task goes back and repeats it.
            delivery.Failed($"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>Steps 1 to 4 of a commit. Nothing happens while one is under way.</summary>
    /// <exception cref="RestoreException">Something could not be published: as for <see cref="Process"/>.</exception>
    public void BeginCommit()
    {
        if (_commit is not null || !IsDirty)
            return;
        _processor.SaveState();
        var identity = _identity with { NextOffset = Position, Mark = _mark, Origin = _origin };
        var batch = _store?.Seal(identity);
        var epoch = _epoch;
        _epoch = new DeliveryEpoch();
        IsDirty = false;
        epoch.Seal();
        _commit = CommitAsync(epoch, identity, batch);
    }

    /// <summary>Step 5: what the ended commit reached, or null when none has ended.</summary>
    /// <exception cref="DeliveryException">Call <see cref="Restore"/>, and read again from <see cref="Position"/>.</exception>
    /// <exception cref="StoreException">The task cannot go on.</exception>
    public long? EndCommit()
    {
        if (_commit is not { IsCompleted: true } commit)
            return null;
        _commit = null;
        _identity = commit.GetAwaiter().GetResult();
        _store?.EndCommit();
        _processor.Committed(_identity);
        return _identity.NextOffset;
    }

    /// <summary>Commits everything applied so far, before the partition is given away.</summary>
    public long? CommitNow(TimeSpan timeout)
    {
        var reached = WaitForCommit(timeout);
        BeginCommit();
        return WaitForCommit(timeout) ?? reached;
    }

    /// <summary>Back to the last commit: what was applied since is forgotten and will be applied again, with the same results.</summary>
    public void Restore()
    {
        Become(TaskState.Restoring);
        WaitForWrite();
        if (_commit is { IsCompletedSuccessfully: true })
            EndCommit();
        _processor.Close();
        _store?.Forget();
        Begin();
        Become(TaskState.Running);
    }

    /// <summary>Ends the task; what was not committed is forgotten.</summary>
    public void Close()
    {
        Become(TaskState.Closed);
        Release();
    }

    private void Open()
    {
        if (_factory.Durable)
            (_store, _identity) = _directory.Open(_factory.Role, Partition, _factory.Changelog);
        Begin();
    }

    // From the last commit, with nothing in memory.
    private void Begin()
    {
        _processor = _factory.Create(Partition, _store);
        // Without a store nothing outlives the processor, so that a commit of the one before is nowhere to go on from.
        if (_store is null)
            _identity = _processor.Restored ?? new(_directory.ClusterId, Partition.Topic, Partition.Partition, 0, null, 0);
        Position = _identity.NextOffset;
        (_mark, _origin) = (_identity.Mark, _identity.Origin);
        _epoch = new DeliveryEpoch();
        _commit = null;
        IsDirty = false;
    }

    private void Release()
    {
        WaitForWrite();
        _processor.Close();
        _store?.Dispose();
    }

    // The store must not be changed or closed under a write; a delivery that never ends faults at its time-out.
    private void WaitForWrite()
    {
        try
        {
            _commit?.Wait();
        }
        catch (AggregateException)
        {
            // The commit failed, and what it would have written is forgotten with the rest.
        }
    }

    private ProcessResult Apply(InputRecord record)
    {
        try
        {
            return _processor.Process(record, this);
        }
        catch (Exception e) when (e is not (StoreException or RestoreException or OutOfMemoryException))
        {
            return ProcessResult.Rejected(Rejection.Failed(e));
        }
    }

    private void BecomeDirty()
    {
        if (IsDirty)
            return;
        IsDirty = true;
        _dirtySince = _clock.GetTimestamp();
    }

    private void DeadLetter(InputRecord record, Rejection rejection)
    {
        if (_factory.DeadLetterTopic(record.Source.Topic) is not { } topic)
            return;
        _epoch.Published();
        _deadLetters.Publish(topic, record, rejection, new EpochDelivery(_epoch));
        _metrics.DeadLettered(DeadLetterHeaders.SourceOf(topic), rejection);
    }

    private async Task<StoreIdentity> CommitAsync(DeliveryEpoch epoch, StoreIdentity identity, CommitBatch? batch)
    {
        await epoch.Completed.ConfigureAwait(false);
        if (batch is not null)
        {
            if (_changelog is not null)
                await _changelog.WriteAsync(batch).ConfigureAwait(false);
            var started = _clock.GetTimestamp();
            await Task.Run(() => _store!.Write(batch)).ConfigureAwait(false);
            _metrics.Committed(_factory.Role, _clock.GetElapsedTime(started), batch.Values.Count);
        }
        return identity;
    }

    private long? WaitForCommit(TimeSpan timeout)
    {
        if (_commit is not { } commit)
            return null;
        try
        {
            commit.Wait(timeout);
        }
        catch (AggregateException)
        {
            // EndCommit throws it as it is.
        }
        return EndCommit();
    }

    private void Become(TaskState state)
    {
        Debug.Assert(State.MayBecome(state), $"{State} → {state}");
        State = state;
    }
}
