using Streaming.Memory.Rows;
using Streaming.Memory.Writes;

namespace Streaming.Memory.Upkeep;

/// <summary>Takes out what has expired, and what a full namespace has no room for. The writer's.</summary>
internal sealed class Evictor
{
    private readonly int _maxEntries;
    private readonly WriteBatch _batch;
    private readonly RowQueue _byEviction;
    private readonly RowQueue _byValidUntil;

    public Evictor(NamespaceParts parts, WriteBatch batch)
    {
        RowStore rows = parts.Rows;
        (_maxEntries, _batch) = (parts.Options.MaxEntries, batch);
        _byEviction = new RowQueue(rows, rows.TracksUse ? (number, row) => Math.Max(row.EventTimeMs, rows.UsedMs(number)) : (_, row) => row.EventTimeMs);
        _byValidUntil = new RowQueue(rows, (_, row) => row.ValidUntilMs == 0 ? long.MaxValue : row.ValidUntilMs);
    }

    /// <summary>Tells of a new row.</summary>
    public void Add(int row, Row record)
    {
        _byEviction.Add(row, record);
        _byValidUntil.Add(row, record);
    }

    /// <summary>Makes room where there are too many entries: of the expired, or else of the first ones in the order of eviction.</summary>
    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    public void EnforceMaxEntries(long nowMs)
    {
        if (_batch.LiveEntries > _maxEntries)
            RemoveExpired(nowMs, int.MaxValue);
        while (_batch.LiveEntries > _maxEntries && _byEviction.Peek() is >= 0 and var first)
            _batch.RemoveRow(first, DepartureReason.Evicted);
    }

    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    /// <param name="most">Entries at most.</param>
    /// <returns>Entries removed.</returns>
    public int RemoveExpired(long nowMs, int most)
    {
        int removed = 0;
        for (; removed < most && _byValidUntil.Peek(nowMs) is >= 0 and var row; removed++)
            _batch.RemoveRow(row, DepartureReason.Expired);
        return removed;
    }
}
