using System.Buffers;

namespace Streaming.Memory.Search;

/// <summary>The best k of a scan: a binary heap with the worst kept candidate at its root. Rents its heap and returns it on dispose.</summary>
internal ref struct TopK
{
    private readonly (float Score, MemoryEntry Entry)[] _heap;
    private readonly int _k;
    private int _count;

    public TopK(int k)
    {
        _heap = ArrayPool<(float, MemoryEntry)>.Shared.Rent(k);
        _k = k;
        _count = 0;
        Threshold = float.NegativeInfinity;
    }

    /// <summary>A candidate with a lower score cannot enter; an equal one may, by its id.</summary>
    public float Threshold { get; private set; }

    public void Offer(float score, MemoryEntry entry)
    {
        if (_count < _k)
        {
            _heap[_count] = (score, entry);
            SiftUp(_count++);
        }
        else if (IsWorse(_heap[0], (score, entry)))
        {
            _heap[0] = (score, entry);
            SiftDown();
        }
        if (_count == _k)
            Threshold = _heap[0].Score;
    }

    /// <summary>The kept candidates, best first. The heap is empty afterwards.</summary>
    public Neighbour[] TakeSorted()
    {
        var sorted = new Neighbour[_count];
        while (_count > 0)
        {
            var (score, entry) = _heap[0];
            _heap[0] = _heap[--_count];
            SiftDown();
            sorted[_count] = new Neighbour(entry.Id, score, entry.Attributes, entry.EventTimeMs);
        }
        return sorted;
    }

    public readonly void Dispose() => ArrayPool<(float, MemoryEntry)>.Shared.Return(_heap, clearArray: true);

    private readonly void SiftUp(int at)
    {
        while (at > 0 && IsWorse(_heap[at], _heap[(at - 1) / 2]))
        {
            (_heap[at], _heap[(at - 1) / 2]) = (_heap[(at - 1) / 2], _heap[at]);
            at = (at - 1) / 2;
        }
    }

    private readonly void SiftDown()
    {
        int at = 0;
        while (2 * at + 1 < _count)
        {
            int child = 2 * at + 1;
            if (child + 1 < _count && IsWorse(_heap[child + 1], _heap[child]))
                child++;
            if (!IsWorse(_heap[child], _heap[at]))
                return;
            (_heap[at], _heap[child]) = (_heap[child], _heap[at]);
            at = child;
        }
    }

    private static bool IsWorse((float Score, MemoryEntry Entry) x, (float Score, MemoryEntry Entry) y) =>
        x.Score < y.Score || (x.Score == y.Score && string.CompareOrdinal(x.Entry.Id, y.Entry.Id) > 0);
}
