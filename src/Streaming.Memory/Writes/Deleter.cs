using Streaming.Memory.Filters;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Writes;

/// <summary>Deletes by id, by filter, by source and of everything. The writer's.</summary>
internal sealed class Deleter(NamespaceParts parts, WriteBatch batch, UpkeepPace upkeep)
{
    /// <inheritdoc cref="VectorNamespace.Delete"/>
    public DeleteOutcome Delete(string id, WriteStamp stamp)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        upkeep.BeforeWrite(batch.Writes);
        int newest = parts.Index.Find(id);
        int order = batch.CompareWithLastWrite(id, newest, stamp);
        if (order <= 0)
            return order == 0 ? DeleteOutcome.Duplicate : DeleteOutcome.Stale;
        if (parts.FilterDeletes.Drops(stamp))
            return DeleteOutcome.Stale;
        if (batch.IsLive(newest))
            batch.Tell(id, newest, DepartureReason.Deleted);
        return batch.Remove(id, newest, stamp) ? DeleteOutcome.Deleted : DeleteOutcome.Recorded;
    }

    /// <inheritdoc cref="VectorNamespace.DeleteWhere"/>
    public int DeleteWhere(IReadOnlyDictionary<string, string> where, WriteStamp stamp)
    {
        RowFilter filter = RowFilter.Of(where) ?? throw new ArgumentException("where: at least one attribute", nameof(where));
        RowRules.Check(stamp);
        if (!parts.FilterDeletes.Add(where, stamp))
            return 0;
        RowStore rows = parts.Rows;
        int removed = 0;
        var listed = rows.ByAttribute.Find(filter.Rarest(rows.ByAttribute).Token);
        // From the end, where the newest are as a rule: once no more tombstones are kept, those of older ones cost nothing.
        for (int i = listed.Length - 1; i >= 0; i--)
        {
            int row = listed[i].Row;
            if (!rows.IsTaken(row) || !batch.IsLive(row) || batch.Stamp(row) >= stamp || !filter.Matches(rows.Attributes[rows[row].Attributes]))
                continue;
            batch.RemoveRow(row, DepartureReason.Deleted);
            removed++;
        }
        return removed;
    }

    /// <inheritdoc cref="VectorNamespace.Drop"/>
    public int Drop(WriteStamp stamp)
    {
        RowRules.Check(stamp);
        if (!parts.FilterDeletes.Add(FilterDeletes.Everything, stamp))
            return 0;
        int removed = 0;
        foreach (var (row, record) in parts.Rows.Live())
        {
            if (batch.Stamp(row) >= stamp)
                continue;
            batch.Tell(parts.Rows.Id(record), row, DepartureReason.Deleted);
            batch.End(row, isRemoval: true);
            removed++;
        }
        if (parts.Tombstones.RemoveBefore(stamp) > 0)
            batch.RemembersOtherRemovals();
        return removed;
    }

    /// <inheritdoc cref="VectorNamespace.RemoveSource"/>
    public int RemoveSource(string source)
    {
        int number = parts.Sources.NumberOf(source), removed = 0;
        foreach (var (row, record) in parts.Rows.Live())
        {
            if (record.Source != number)
                continue;
            batch.End(row, isRemoval: true);
            removed++;
        }
        if (parts.Tombstones.RemoveSource(source) > 0)
            batch.RemembersOtherRemovals();
        parts.FilterDeletes.RemoveSource(source);
        return removed;
    }
}
