using Streaming.Runtime.Metrics;

namespace Streaming.Runtime.Users;

/// <summary>
/// Which users' K/V states are in memory, within a byte budget: the least recently used is dropped when it is full. A dropped state is rebuilt
/// from history with the same bits, so the budget changes speed and nothing else.
/// </summary>
/// <remarks>Shared by the tasks of one stream thread and owned by it; <see cref="SizeBytes"/> may be read anywhere.</remarks>
public sealed class SequenceCache(long budgetBytes, RuntimeMetrics metrics)
{
    private readonly RecencyList<UserActor, Entry> _entries = new();
    private long _sizeBytes;

    /// <summary>Bytes held now.</summary>
    public long SizeBytes => Volatile.Read(ref _sizeBytes);

    /// <summary>The actor's state was used, and may have grown.</summary>
    internal void Used(UserActor actor)
    {
        if (!_entries.TryUse(actor, out var entry))
            _entries.Add(actor, entry = new Entry(actor));
        var size = actor.Sequence!.SizeBytes;
        _sizeBytes += size - entry.SizeBytes;
        entry.SizeBytes = size;
        while (_sizeBytes > budgetBytes && _entries.TryFindOldest(e => e != entry, 2, out var oldest))
        {
            Drop(oldest);
            metrics.Evicted();
        }
    }

    /// <summary>The actor leaves memory, and its state with it.</summary>
    internal void Left(UserActor actor)
    {
        if (_entries.TryUse(actor, out var entry))
            Drop(entry);
    }

    private void Drop(Entry entry)
    {
        _sizeBytes -= entry.SizeBytes;
        _entries.Remove(entry.Actor);
        entry.Actor.Sequence = null;
    }

    private sealed class Entry(UserActor actor)
    {
        public UserActor Actor => actor;

        public long SizeBytes { get; set; }
    }
}
