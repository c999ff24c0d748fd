using Streaming.Memory.Rows;

namespace Streaming.Memory.Upkeep;

/// <summary>
/// Live rows by a time, the earliest first, without a heap over all of them: only rows up to a mark are queued, and when they are used up the mark
/// moves on and the rows below it are collected from the pages. A row that is no longer live is skipped when it surfaces, and one whose time has become
/// later is put back.
/// </summary>
/// <param name="rows">The namespace's rows.</param>
/// <param name="timeOf">A row's time in unix ms, which may rise but not fall; <see cref="long.MaxValue"/> = never queued.</param>
internal sealed class RowQueue(RowStore rows, Func<int, Row, long> timeOf)
{
    private const int Small = 4_096;
    private const int Share = 32;
    private readonly PriorityQueue<QueuedRow, QueuedRow> _queue = new(new TimeThenId());
    private long _mark = long.MinValue;

    /// <summary>Tells of a new row.</summary>
    public void Add(int row, Row record)
    {
        long time = timeOf(row, record);
        if (time == long.MaxValue || time > _mark)
            return;
        Enqueue(new(time, rows.Id(record), row, record.Begin));
        if (_queue.Count > Small && _queue.Count > rows.Count / 4)
            Collect(long.MinValue);
    }

    /// <summary>The earliest live row, left in place; −1 = none.</summary>
    public int Peek()
    {
        int first = FirstQueued(long.MaxValue);
        while (first < 0 && _mark < long.MaxValue)
        {
            Collect(long.MinValue);
            first = FirstQueued(long.MaxValue);
        }
        return first;
    }

    /// <summary>The earliest live row, left in place, unless its time is after <paramref name="until"/>; −1 = none.</summary>
    public int Peek(long until)
    {
        int first = FirstQueued(until);
        if (first >= 0 || _queue.Count > 0 || _mark >= until)
            return first;
        Collect(until);
        return FirstQueued(until);
    }

    private int FirstQueued(long until)
    {
        while (_queue.TryPeek(out QueuedRow first, out _))
        {
            long time = IsCurrent(first) ? timeOf(first.Row, rows[first.Row]) : long.MaxValue;
            if (time == first.TimeMs)
                return time <= until ? first.Row : -1;
            _queue.Dequeue();
            if (time <= _mark && time != long.MaxValue)
                Enqueue(first with { TimeMs = time });
        }
        return -1;
    }

    private bool IsCurrent(QueuedRow queued) => rows.IsTaken(queued.Row) && rows[queued.Row] is var record && record.IsLive && record.Begin == queued.Begin;

    /// <summary>Moves the mark to where about one row in <see cref="Share"/> lies below it, or to <paramref name="least"/> where that is later.</summary>
    private void Collect(long least)
    {
        _mark = Mark(least);
        _queue.Clear();
        _queue.EnqueueRange(BelowMark()); // Into an empty queue: its order is made once.
    }

    private IEnumerable<(QueuedRow Row, QueuedRow Order)> BelowMark()
    {
        foreach (var (row, record) in rows.Live())
        {
            if (timeOf(row, record) is var time && time != long.MaxValue && time <= _mark)
            {
                QueuedRow queued = new(time, rows.Id(record), row, record.Begin);
                yield return (queued, queued);
            }
        }
    }

    private long Mark(long least)
    {
        int every = Math.Max(1, rows.Count / Small);
        List<long> times = [];
        foreach (var (row, record) in rows.Live(every))
        {
            if (timeOf(row, record) is var time && time != long.MaxValue)
                times.Add(time);
        }
        times.Sort();
        return every == 1 || times.Count == 0 ? long.MaxValue : Math.Max(least, times[times.Count / Share]);
    }

    private void Enqueue(QueuedRow queued) => _queue.Enqueue(queued, queued);

    // With its id, because an item must keep its order after its row was given back.
    private readonly record struct QueuedRow(long TimeMs, string Id, int Row, long Begin);

    private sealed class TimeThenId : IComparer<QueuedRow>
    {
        public int Compare(QueuedRow x, QueuedRow y)
        {
            int order = x.TimeMs.CompareTo(y.TimeMs);
            return order != 0 ? order : string.CompareOrdinal(x.Id, y.Id);
        }
    }
}
