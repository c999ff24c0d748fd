using System.Buffers;
using Streaming.Memory.Rows;

namespace Streaming.Memory.Search;

/// <summary>The best k rows of a search: a binary heap with the worst kept one at its root. Rents its heap and returns it on dispose.</summary>
internal ref struct TopK
{
    private readonly RowStore _rows;
    private readonly (float Score, int Row)[] _heap;
    private readonly int _k;
    private int _count;

    public TopK(RowStore rows, int k)
    {
        _rows = rows;
        _heap = ArrayPool<(float, int)>.Shared.Rent(k);
        _k = k;
        _count = 0;
        Threshold = float.NegativeInfinity;
    }

    /// <summary>Rows to keep.</summary>
    public readonly int Wanted => _k;

    /// <summary>True when k rows are kept.</summary>
    public readonly bool IsFull => _count == _k;

    /// <summary>A row with a lower score cannot enter; an equal one may, by its id.</summary>
    public float Threshold { get; private set; }

    public void Offer(float score, int row)
    {
        if (_count < _k)
        {
            _heap[_count] = (score, row);
            SiftUp(_count++);
        }
        else if (IsWorse(_heap[0], (score, row)))
        {
            _heap[0] = (score, row);
            SiftDown();
        }
        if (_count == _k)
            Threshold = _heap[0].Score;
    }

    /// <summary>The kept rows, best first, as used at <paramref name="nowMs"/>. The heap is empty afterwards.</summary>
    public Neighbour[] TakeSorted(long nowMs)
    {
        var sorted = new Neighbour[_count];
        while (_count > 0)
        {
            var (score, row) = _heap[0];
            _heap[0] = _heap[--_count];
            SiftDown();
            _rows.MarkUsed(row, nowMs);
            Row found = _rows[row];
            sorted[_count] = new Neighbour(_rows.Id(found), score, _rows.Attributes.Values(found.Attributes), found.EventTimeMs);
        }
        return sorted;
    }

    public readonly void Dispose() => ArrayPool<(float, int)>.Shared.Return(_heap);

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

    private readonly bool IsWorse((float Score, int Row) x, (float Score, int Row) y) =>
        x.Score < y.Score || (x.Score == y.Score && _rows.CompareIds(x.Row, y.Row) > 0);
}
