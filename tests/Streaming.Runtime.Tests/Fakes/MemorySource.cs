using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>A group member on the in-memory broker. The test decides at every poll what the group does and how many records come.</summary>
internal sealed class MemorySource(MemoryLog log) : IRecordSource
{
    private readonly SortedDictionary<string, (TopicPartition Partition, long Next)> _owned = new(StringComparer.Ordinal);
    private IReadOnlyCollection<string> _topics = [];
    private IAssignmentListener _listener = null!;
    private bool _crashed;

    /// <summary>Called at every poll of the thread's loop; returns how many records may come.</summary>
    public required Func<int> OnPoll { get; init; }

    /// <summary>Called at the polls within a batch that renew the lease.</summary>
    public Action? OnRenewal { get; set; }

    public Dictionary<TopicPartition, long> CommittedOffsets { get; } = [];

    public int Renewals { get; private set; }

    public int Rejoins { get; private set; }

    public bool IsAtEnd => _owned.Values.All(o => o.Next >= log.Read(o.Partition).Count);

    public void Subscribe(IReadOnlyCollection<string> topics, IAssignmentListener listener)
    {
        (_topics, _listener) = (topics, listener);
        AssignAll();
    }

    public void AssignAll()
    {
        foreach (var topic in _topics)
        {
            for (var p = 0; p < log.Partitions; p++)
                Assign(new(topic, p));
        }
    }

    public void RevokeAll()
    {
        _listener.Revoked(Owned());
        _owned.Clear();
    }

    public void LoseAll()
    {
        var lost = Owned();
        _owned.Clear();
        _listener.Lost(lost);
    }

    /// <summary>The process is gone: nobody is told.</summary>
    public void Crash() => _crashed = true;

    public void Rejoin()
    {
        Rejoins++;
        _owned.Clear();
        AssignAll();
    }

    public int Poll(TimeSpan timeout, int maxRecords, List<InputRecord> records)
    {
        if (timeout > TimeSpan.Zero)
            return Take(Math.Min(OnPoll(), maxRecords), records);
        Renewals++;
        OnRenewal?.Invoke();
        return Take(maxRecords, records);
    }

    public void Seek(TopicPartition partition, long offset) => _owned[partition.ToString()] = (partition, offset);

    public void CommitOffsets(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> nextOffsets)
    {
        foreach (var (partition, offset) in nextOffsets)
            CommittedOffsets[partition] = offset;
    }

    public long? EndOffset(TopicPartition partition) => log.Read(partition).Count;

    public void Dispose()
    {
        if (!_crashed)
            RevokeAll();
    }

    private void Assign(TopicPartition partition) => _owned[partition.ToString()] = (partition, Math.Max(_listener.Assigned(partition) ?? 0, log.ReadAt(partition, 0).StartOffset));

    private TopicPartition[] Owned() => [.. _owned.Values.Select(o => o.Partition)];

    // One record of each partition in turn, so that batches mix partitions.
    private int Take(int count, List<InputRecord> records)
    {
        var taken = 0;
        for (var before = -1; before != taken;)
        {
            before = taken;
            foreach (var (partition, next) in _owned.Values.ToArray())
            {
                if (taken == count || next >= log.Read(partition).Count)
                    continue;
                records.Add(log.Read(partition)[(int)next]);
                _owned[partition.ToString()] = (partition, next + 1);
                taken++;
            }
        }
        return taken;
    }
}
