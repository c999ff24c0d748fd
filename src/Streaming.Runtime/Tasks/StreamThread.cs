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
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

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
    public void Run(CancellationToken cancellationToken)
    {
        try
        {
            _source.Subscribe([.. _factory.Topics], this);
            _lease.Renew();
            while (!cancellationToken.IsCancellationRequested)
                RunOnce();
            CommitAll();
        }
        catch (StoreException)
        {
            // Leaving the group would otherwise commit what is left to the store that has just failed.
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
        var task = new StreamTask(partition, _factory, _context);
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
        ProcessRecords();
        EndCommits();
        BeginDueCommit();
        Answer();
        ReportPositions();
    }

    private void ProcessRecords()
    {
        // A poll inside the loop renews the lease and may add records. It may also take tasks away, whose records are then left out, even
        // if the partition comes back at once: its new task begins at the last commit, and must not jump over what was not committed.
        for (var i = 0; i < _records.Count; i++)
        {
            if (!_lease.MayPublish)
            {
                _source.Poll(TimeSpan.Zero, 1, _records);
                if (_lease.Lapsed)
                    return;
                _lease.Renew();
            }
            if (_tasks.TryGetValue(_records[i].Source, out var task) && i >= _begins.GetValueOrDefault(_records[i].Source))
                task.Process(_records[i]);
        }
        if (_records.Count == 0)
            return;
        foreach (var task in _tasks.Values)
            task.EndBatch();
    }

    // One task a round, so that the commits of many tasks spread out instead of holding up the records of all.
    private void BeginDueCommit()
    {
        foreach (var task in _tasks.Values)
        {
            if (!task.IsCommitDue(_options.CommitInterval))
                continue;
            task.BeginCommit();
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
            LogRestoring(_factory.Role, task.Partition, task.Committed, e.Message);
            _context.Metrics.Restored(_factory.Role);
            task.Restore();
            _source.Seek(task.Partition, task.Position);
            return null;
        }
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
        foreach (var partition in partitions)
        {
            if (_tasks.Remove(partition, out var task))
                task.Close();
        }
    }

    private void Abandon() => Forget([.. _tasks.Keys]);
}
