using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Streaming.Core.Topologies;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tasks;

/// <summary>
/// One member of a role's consumer group: polls, hands records to the tasks of its partitions, and commits them. Everything happens on its
/// one thread, so a task, its users and its creatives have a single writer and no locks.
/// </summary>
public sealed partial class StreamThread : IAssignmentListener, IDisposable
{
    // A failure that comes back after this many times of going back to the last commit, within this time, will not go away by itself.
    private const int MaxRestores = 3;
    private static readonly TimeSpan RestoresWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    // Of one look at a record that waits for something; the lease is looked at in between.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly IProcessorFactory _factory;
    private readonly IRecordSource _source;
    private readonly TaskContext _context;
    private readonly RuntimeOptions _options;
    private readonly ILogger _logger;
    private readonly Lease _lease;
    private readonly Dictionary<TopicPartition, StreamTask> _tasks = [];
    private readonly List<InputRecord> _records = [];
    private readonly ConcurrentQueue<Action> _questions = new();
    private readonly Dictionary<TopicPartition, long> _reached = [];

    // Where in _records the partitions that were assigned in this turn begin; what is before was fetched for an earlier task.
    private readonly Dictionary<TopicPartition, int> _begins = [];
    private volatile TaskPosition[] _positions = [];
    private bool _answered;
    private long _restoredAt;
    private int _restores;

    /// <summary>Prepares a member; <see cref="Run"/> makes it join.</summary>
    public StreamThread(IProcessorFactory factory, IRecordSource source, TaskContext context, RuntimeOptions options, ILogger logger)
    {
        (_factory, _source, _context, _options, _logger) = (factory, source, context, options, logger);
        _lease = new Lease(context.Clock, options.SessionTimeout, options.DeliveryTimeout);
    }

    /// <summary>Partitions owned now, with position and end. A snapshot; safe for any thread.</summary>
    public IReadOnlyList<TaskPosition> Positions => _positions;

    /// <summary>True once the group has given its first answer, even if that was no partition.</summary>
    public bool HasJoined { get; private set; }

    /// <summary>Polls until cancelled, then commits everything and leaves the group.</summary>
    /// <exception cref="StoreException">State cannot be kept. Nothing was published beyond it that a restart would not repeat.</exception>
    /// <exception cref="TaskStoppedException">Tasks failed again and again after going back to their last commits.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        try
        {
            _source.Subscribe([.. _factory.Topics], this);
            _lease.Renew();
            while (!cancellationToken.IsCancellationRequested)
                RunOnce();
            CommitAll();
            _factory.Stopping();
        }
        catch (Exception e) when (e is StoreException or TaskStoppedException)
        {
            // Leaving the group would otherwise commit what is left to what has just failed.
            Abandon();
            throw;
        }
        LogLeaving(_factory.Role, _tasks.Count);
    }

    /// <summary>Closes the tasks and leaves the group at once. What <see cref="Run"/> did not commit is dropped.</summary>
    public void Dispose()
    {
        // Leaving tells the listener of every partition: by then no task may be left that would commit.
        Abandon();
        _source.Dispose();
    }

    /// <summary>Asks the processor that owns a partition, on its own thread between two polls.</summary>
    /// <returns>The answer, or default when the partition is not owned here.</returns>
    public Task<T?> AskAsync<T>(TopicPartition partition, Func<ITaskProcessor, T?> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions.Enqueue(() =>
        {
            try
            {
                answer.TrySetResult(_tasks.TryGetValue(partition, out var task) ? question(task.Processor) : default);
            }
            catch (Exception e)
            {
                answer.TrySetException(e);
            }
        });
        return answer.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Joined() => _answered = true;

    /// <inheritdoc />
    public long? Assigned(TopicPartition partition)
    {
        var task = new StreamTask(partition, _factory, _context, _lease);
        _tasks[partition] = task;
        _begins[partition] = _records.Count;
        LogAssigned(_factory.Role, partition, task.Position);
        return task.Position;
    }

    /// <inheritdoc />
    public void Revoked(IReadOnlyList<TopicPartition> partitions)
    {
        foreach (var task in Owned(partitions))
        {
            if (Committed(task, t => t.CommitNow(_options.DeliveryTimeout)) is { } reached)
                _reached[task.Partition] = reached;
            LogRevoked(_factory.Role, task.Partition, task.Committed);
        }
        ReportOffsets();
        Forget(partitions);
    }

    /// <inheritdoc />
    public void Lost(IReadOnlyList<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
            LogLost(_factory.Role, partition);
        Forget(partitions);
    }

    private void RunOnce()
    {
        _records.Clear();
        _begins.Clear();
        _source.Poll(PollTimeout, _options.MaxPollRecords, _records);
        if (_lease.Lapsed)
        {
            LogLapsed(_factory.Role);
            Abandon();
            _source.Rejoin();
            _lease.Renew();
            return;
        }
        _lease.Renew();
        if (_records.Count > 0)
            ProcessRecords();
        else
            Idle();
        EndCommits();
        BeginDueCommit();
        Answer();
        ReportPositions();
    }

    private void ProcessRecords()
    {
        // A poll inside the loop renews the lease and may add records. It may also take tasks away, whose records are then left out, even
        // if the partition comes back at once: its new task begins at the last commit, and must not jump over what was not committed.
        var (next, announced) = (0, 0);
        do
        {
            for (; next < _records.Count; next++)
            {
                do
                {
                    if (!KeepLease())
                        return;
                    announced = Announce(announced);
                }
                while (TaskOf(next)?.IsReady(_records[next], Patience) == false);
                if (!KeepLease())
                    return;
                Process(next);
            }
            if (!KeepLease())
                return;
        }
        while (next < _records.Count || !EndBatch());
    }

    private void Idle()
    {
        foreach (var task in _tasks.Values)
            task.Idle();
    }

    /// <returns>False when the session has ended meanwhile.</returns>
    private bool KeepLease()
    {
        if (_lease.MayPublish)
            return true;
        _source.Poll(TimeSpan.Zero, 1, _records);
        if (_lease.Lapsed)
            return false;
        _lease.Renew();
        return true;
    }

    private void Process(int index)
    {
        try
        {
            TaskOf(index)?.Process(_records[index]);
        }
        catch (RestoreException e)
        {
            RestoreAll(e);
        }
    }

    // In order, so that what comes first is begun first.
    private int Announce(int from)
    {
        for (; from < _records.Count; from++)
            TaskOf(from)?.Announce(_records[from]);
        return from;
    }

    // Null for a record that was fetched for a task that is gone.
    private StreamTask? TaskOf(int index) =>
        _tasks.TryGetValue(_records[index].Source, out var task) && index >= _begins.GetValueOrDefault(_records[index].Source) ? task : null;

    /// <returns>False when features wait for the lease.</returns>
    private bool EndBatch()
    {
        var done = true;
        try
        {
            foreach (var task in _tasks.Values)
                done &= task.EndBatch();
            return done;
        }
        catch (RestoreException e)
        {
            RestoreAll(e);
            return true;
        }
    }

    // One task a round, so that the commits of many tasks spread out instead of holding up the records of all.
    private void BeginDueCommit()
    {
        foreach (var task in _tasks.Values)
        {
            if (!task.IsCommitDue(_options.CommitInterval))
                continue;
            Committed(task, t =>
            {
                t.BeginCommit();
                return null;
            });
            return;
        }
    }

    private void EndCommits()
    {
        foreach (var task in _tasks.Values)
        {
            if (task.IsCommitting && Committed(task, t => t.EndCommit()) is { } reached)
                _reached[task.Partition] = reached;
        }
        ReportOffsets();
    }

    private void CommitAll()
    {
        foreach (var task in _tasks.Values)
        {
            if (Committed(task, t => t.CommitNow(_options.DeliveryTimeout)) is { } reached)
                _reached[task.Partition] = reached;
        }
        ReportOffsets();
    }

    // A delivery that failed sends its task back to the last commit, from where it repeats the records.
    private long? Committed(StreamTask task, Func<StreamTask, long?> commit)
    {
        try
        {
            return commit(task);
        }
        catch (DeliveryException e)
        {
            Restore(task, e);
        }
        catch (RestoreException e)
        {
            RestoreAll(e);
        }
        return null;
    }

    // What the tasks share has failed. What was read of their partitions belongs to the time before, as after a new assignment.
    private void RestoreAll(RestoreException reason)
    {
        _restores = _restores > 0 && _context.Clock.GetElapsedTime(_restoredAt) < RestoresWithin ? _restores + 1 : 1;
        _restoredAt = _context.Clock.GetTimestamp();
        if (_restores > MaxRestores)
            throw new TaskStoppedException($"{_factory.Role}: failed again after going back to the last commit {MaxRestores} times: {reason.Message}", reason);
        foreach (var task in _tasks.Values)
        {
            Restore(task, reason);
            _begins[task.Partition] = _records.Count;
        }
    }

    private void Restore(StreamTask task, RestoreException reason)
    {
        LogRestoring(_factory.Role, task.Partition, task.Committed, reason.Message);
        _context.Metrics.Restored(_factory.Role);
        task.Restore();
        _source.Seek(task.Partition, task.Position);
    }

    private void ReportOffsets()
    {
        if (_reached.Count > 0)
            _source.CommitOffsets(_reached);
        _reached.Clear();
    }

    private void ReportPositions()
    {
        var positions = new TaskPosition[_tasks.Count];
        var i = 0;
        foreach (var task in _tasks.Values)
            positions[i++] = new(task.Partition, task.Position, task.Committed, _source.EndOffset(task.Partition));
        _positions = positions;
        // Only now, so that whoever sees that it has joined sees its partitions too.
        HasJoined |= _answered;
    }

    private void Answer()
    {
        while (_questions.TryDequeue(out var question))
            question();
    }

    private IEnumerable<StreamTask> Owned(IReadOnlyList<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_tasks.TryGetValue(partition, out var task))
                yield return task;
        }
    }

    private void Forget(IReadOnlyList<TopicPartition> partitions)
    {
        // First of all, so that whoever still sees a partition here sees its state too.
        _positions = [.. _positions.Where(p => !partitions.Contains(p.Partition))];
        foreach (var partition in partitions)
        {
            if (_tasks.Remove(partition, out var task))
                task.Close();
        }
    }

    private void Abandon() => Forget([.. _tasks.Keys]);
}
