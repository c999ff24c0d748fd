namespace Streaming.Memory.Upkeep;

/// <summary>
/// Ids by (time, id), the oldest first, for expiry, eviction and tombstones. An item that is no longer current is skipped when it
/// surfaces instead of being searched for; when such items outnumber the current ones the heap is rebuilt, so it stays bounded.
/// It holds ids and not entries, because a stale entry would keep its whole chunk alive.
/// </summary>
internal sealed class OldestFirst(Func<string, long, bool> isCurrent)
{
    private const int SmallHeap = 1_024;
    private readonly PriorityQueue<string, (long TimeMs, string Id)> _heap = new(new TimeThenId());

    public void Add(string id, long timeMs, int currentItems)
    {
        if (_heap.Count > SmallHeap && _heap.Count / 2 > currentItems)
            DropStale();
        _heap.Enqueue(id, (timeMs, id));
    }

    /// <summary>The id of the oldest current item, left in place; null when there is none.</summary>
    public string? Peek()
    {
        while (_heap.TryPeek(out string? id, out var order))
        {
            if (isCurrent(id, order.TimeMs))
                return id;
            _heap.Dequeue();
        }
        return null;
    }

    private void DropStale()
    {
        // Distinct: an id that was replayed with the time it had before is in the heap twice.
        var current = _heap.UnorderedItems.Distinct().Where(item => isCurrent(item.Element, item.Priority.TimeMs)).ToArray();
        _heap.Clear();
        _heap.EnqueueRange(current);
    }

    private sealed class TimeThenId : IComparer<(long TimeMs, string Id)>
    {
        public int Compare((long TimeMs, string Id) x, (long TimeMs, string Id) y)
        {
            int order = x.TimeMs.CompareTo(y.TimeMs);
            return order != 0 ? order : string.CompareOrdinal(x.Id, y.Id);
        }
    }
}
