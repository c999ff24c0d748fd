using Streaming.Runtime.Metrics;

namespace Streaming.Runtime.Users;

/// <summary>
/// Which users' K/V states are in memory, within a byte budget that is never passed: room is made before a state may grow, by disposing the
/// least recently used. A dropped state is rebuilt from history with the same bits, so the budget changes speed and nothing else.
/// </summary>
/// <remarks>
/// Shared by the tasks of one stream thread and owned by it; <see cref="SizeBytes"/> and <see cref="Count"/> may be read anywhere. A pinned state
/// belongs to the batch that is being gathered: it counts with the most that it may grow to, and stays. The budget must hold a whole batch of
/// such states, which <see cref="SequenceBatcher"/> sees to.
/// </remarks>
public sealed class SequenceCache(long budgetBytes, RuntimeMetrics metrics)
{
    private readonly RecencyList<UserActor, Entry> _entries = new();
    private readonly List<Entry> _pinned = [];
    private long _countedBytes;
    private long _sizeBytes;
    private int _count;

    /// <summary>Most bytes held.</summary>
    public long BudgetBytes => budgetBytes;

    /// <summary>Bytes held after the last batch.</summary>
    public long SizeBytes => Volatile.Read(ref _sizeBytes);

    /// <summary>Users held after the last batch.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The actor's state joins the batch: from now on it may grow to <paramref name="maxStateBytes"/>. Also before a state is made.</summary>
    internal void Pin(UserActor actor, long maxStateBytes)
    {
        if (!_entries.TryUse(actor, out var entry))
            _entries.Add(actor, entry = new Entry(actor));
        if (entry.IsPinned)
            return;
        entry.IsPinned = true;
        _pinned.Add(entry);
        Account(entry, maxStateBytes);
        // Pinned entries are the youngest: if the oldest is one, there is nothing left to drop.
        while (_countedBytes > budgetBytes && _entries.TryFindOldest(e => !e.IsPinned, 1, out var oldest))
        {
            Drop(oldest);
            metrics.Evicted();
        }
    }

    /// <summary>The batch is computed: its states count with what they hold.</summary>
    internal void Unpin()
    {
        foreach (var entry in _pinned)
        {
            entry.IsPinned = false;
            Account(entry, entry.Actor.Sequence!.SizeBytes);
        }
        _pinned.Clear();
        Publish();
    }

    /// <summary>The actor leaves memory, or its state is no good: it is disposed.</summary>
    internal void Left(UserActor actor)
    {
        if (!_entries.TryUse(actor, out var entry))
            return;
        Drop(entry);
        Publish();
    }

    /// <summary>Disposes every state, as when the model changes.</summary>
    internal void Clear()
    {
        while (_entries.TryFindOldest(_ => true, 1, out var oldest))
            Drop(oldest);
        Publish();
    }

    private void Drop(Entry entry)
    {
        Account(entry, 0);
        _entries.Remove(entry.Actor);
        if (entry.IsPinned)
            _pinned.Remove(entry);
        entry.Actor.Sequence?.Dispose();
        entry.Actor.Sequence = null;
    }

    private void Account(Entry entry, long bytes)
    {
        _countedBytes += bytes - entry.Bytes;
        entry.Bytes = bytes;
    }

    private void Publish()
    {
        Volatile.Write(ref _sizeBytes, _countedBytes);
        Volatile.Write(ref _count, _entries.Count);
    }

    private sealed class Entry(UserActor actor)
    {
        public UserActor Actor => actor;

        public long Bytes { get; set; }

        public bool IsPinned { get; set; }
    }
}
