using System.Text;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Writes;

/// <summary>Decides what an upsert does to its id, and writes its row. The writer's.</summary>
internal sealed class Upserter(NamespaceParts parts, WriteBatch batch, Evictor evictor, Learner learner, UpkeepPace upkeep)
{
    private readonly NamespaceOptions _options = parts.Options;
    private readonly RowStore _rows = parts.Rows;
    private readonly IdIndex _index = parts.Index;

    /// <inheritdoc cref="VectorNamespace.Upsert"/>
    public UpsertOutcome Upsert(
        string id, ReadOnlySpan<float> vector, IReadOnlyDictionary<string, string>? attributes, WriteStamp stamp, long? validUntilMs, long validFromMs)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        IdKey key = IdKey.Of(id, IdKey.MaxBytes(id) <= IdKey.StackBytes ? stackalloc byte[IdKey.StackBytes] : new byte[IdKey.MaxBytes(id)]);
        _index.Prefetch(key);
        if (!vector.IsEmpty && VectorRules.Check(vector, _options) is { } violation)
            throw new ArgumentException(violation.ToString(), nameof(vector));
        // What ends later than a row can say never ends.
        long validUntil = Math.Min(validUntilMs ?? DefaultValidUntilMs(stamp.EventTimeMs), Row.Max48);
        RowRules.Check(stamp);
        RowRules.CheckInstant("valid_until", validUntil);
        RowRules.CheckInstant("valid_from", validFromMs);

        upkeep.BeforeWrite(batch.Writes);
        int newest = _index.Find(key);
        int order = batch.CompareWithLastWrite(id, newest, stamp);
        if (order <= 0)
            return order == 0 ? UpsertOutcome.Duplicate : UpsertOutcome.Stale;

        if (parts.FilterDeletes.Drops(stamp))
        {
            batch.Tell(id, DepartureReason.Deleted, stamp, validUntil);
            return UpsertOutcome.Deleted;
        }
        long nowMs = parts.NowMs();
        if (validUntil != 0 && validUntil <= nowMs)
        {
            batch.Remove(id, newest, stamp);
            batch.Tell(id, DepartureReason.Expired, stamp, validUntil);
            return UpsertOutcome.Expired;
        }
        if (parts.FilterDeletes.Covers(attributes, stamp))
        {
            batch.Remove(id, newest, stamp);
            batch.Tell(id, DepartureReason.Deleted, stamp, validUntil);
            return UpsertOutcome.Deleted;
        }
        bool replaces = batch.IsLive(newest);
        int row = Put(key, newest, vector, attributes, stamp, validFromMs, validUntil);
        if (replaces)
            return UpsertOutcome.Replaced;
        evictor.EnforceMaxEntries(nowMs);
        return _rows[row].IsLive ? UpsertOutcome.Inserted : UpsertOutcome.Evicted;
    }

    private int Put(in IdKey key, int newest, ReadOnlySpan<float> vector, IReadOnlyDictionary<string, string>? attributes, WriteStamp stamp, long validFromMs, long validUntilMs)
    {
        bool replaces = batch.IsLive(newest);
        if (replaces)
            batch.End(newest, isRemoval: false);
        else if (parts.Tombstones.Count > 0)
            parts.Tombstones.Remove(Encoding.UTF8.GetString(key.Utf8));
        int row = _rows.Take(hasVector: !vector.IsEmpty, stamp.EventTimeMs);
        if (replaces && _rows.TracksUse)
            _rows.MarkUsed(row, _rows.UsedMs(newest));
        Row record = _rows[row];
        // A row that began in this very batch is seen by no version: its successor takes over what came before it.
        int previous = newest >= 0 && _rows[newest].Begin == batch.Version ? _rows[newest].Previous : newest;
        record.Write(new(batch.Version, validUntilMs, stamp.EventTimeMs, stamp.Offset, _rows.Attributes.Add(attributes, validFromMs), previous));
        _rows.WriteId(record, key.Utf8);
        if (validFromMs != 0)
            record.MarkValidFrom();
        if (!vector.IsEmpty)
            _rows.Vectors.Write(record, vector);
        record.Show(parts.Sources.NumberOf(stamp.Source));
        if (!vector.IsEmpty)
            learner.Append(row);
        _rows.ListAttributes(row);
        _index.Set(key, row);
        evictor.Add(row, record);
        batch.Began();
        return row;
    }

    private long DefaultValidUntilMs(long eventTimeMs) =>
        _options.TimeToLive is { } life ? Math.Max(1, eventTimeMs + (long)life.TotalMilliseconds) : 0;
}
