using Streaming.Memory.Rules;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Model;

/// <summary>The namespace's contract on plain dictionaries that are copied whole at each publish: slow, and easy to believe.</summary>
/// <param name="options">Of the namespace.</param>
/// <param name="fault">A planted one.</param>
internal sealed class Oracle(NamespaceOptions options, OracleFault fault = OracleFault.None)
{
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Dictionary<string, WriteStamp> _removals = [];
    private readonly List<(string Color, WriteStamp Stamp)> _filters = [];
    private Dictionary<string, Entry> _published = [];

    /// <summary>What left, in the order in which it did but for a delete by filter, where the order is open.</summary>
    public List<(string Id, DepartureReason Reason, WriteStamp Stamp)> Departures { get; } = [];

    public UpsertOutcome Upsert(Operation.Upsert write, long nowMs)
    {
        if (LastWrite(write.Id) is { } last && write.Stamp.CompareTo(last) <= 0)
            return write.Stamp == last ? UpsertOutcome.Duplicate : UpsertOutcome.Stale;
        long until = write.ValidUntilMs
            ?? (options.TimeToLive is { } life ? write.Stamp.EventTimeMs + (long)life.TotalMilliseconds : 0);
        Entry entry = new(write.Id, write.Vector, write.Color, write.Stamp, write.ValidFromMs, until);
        if (entry.IsExpired(nowMs))
        {
            Remove(write.Id, write.Stamp);
            Departures.Add((write.Id, DepartureReason.Expired, write.Stamp));
            return UpsertOutcome.Expired;
        }
        if (fault != OracleFault.ForgetsDeletesByFilter && _filters.Any(f => f.Color == entry.Color && entry.Stamp < f.Stamp))
        {
            Remove(write.Id, write.Stamp);
            Departures.Add((write.Id, DepartureReason.Deleted, write.Stamp));
            return UpsertOutcome.Deleted;
        }
        bool replaced = _entries.TryGetValue(write.Id, out Entry? older);
        entry.UsedMs = fault == OracleFault.ForgetsUsesOfReplaced ? 0 : older?.UsedMs ?? 0;
        _entries[write.Id] = entry;
        _removals.Remove(write.Id);
        if (_entries.Count > options.MaxEntries)
            Expire(nowMs);
        if (_entries.Count > options.MaxEntries)
        {
            var first = _entries.Values.OrderBy(e => Math.Max(e.Stamp.EventTimeMs, fault == OracleFault.IgnoresUses ? 0 : e.UsedMs)).ThenBy(e => e.Id, StringComparer.Ordinal).First();
            Leave(first, DepartureReason.Evicted);
        }
        return !_entries.ContainsKey(write.Id) ? UpsertOutcome.Evicted : replaced ? UpsertOutcome.Replaced : UpsertOutcome.Inserted;
    }

    public DeleteOutcome Delete(string id, WriteStamp stamp)
    {
        if (LastWrite(id) is { } last && stamp.CompareTo(last) <= 0)
            return stamp == last ? DeleteOutcome.Duplicate : DeleteOutcome.Stale;
        if (_entries.TryGetValue(id, out Entry? entry))
            Departures.Add((id, DepartureReason.Deleted, entry.Stamp));
        return Remove(id, stamp) ? DeleteOutcome.Deleted : DeleteOutcome.Recorded;
    }

    public int DeleteWhere(string color, WriteStamp stamp)
    {
        var matching = _entries.Values.Where(e => e.Color == color && (e.Stamp < stamp || fault == OracleFault.DeletesNewerByFilter)).ToList();
        foreach (Entry entry in matching)
            Leave(entry, DepartureReason.Deleted);
        _filters.Add((color, stamp));
        var colors = _filters.GroupBy(f => f.Color).OrderByDescending(same => same.Max(f => f.Stamp)).Select(same => same.Key).Take(options.MaxFilterDeletes);
        _filters.RemoveAll(f => !colors.Contains(f.Color));
        return matching.Count;
    }

    public int Expire(long nowMs)
    {
        // In the order of expiry: it decides which removal marks the bound drops when they are as old.
        var expired = _entries.Values.Where(e => e.IsExpired(nowMs)).OrderBy(e => e.UntilMs).ThenBy(e => e.Id, StringComparer.Ordinal).ToList();
        foreach (Entry entry in expired)
            Leave(entry, DepartureReason.Expired);
        return expired.Count;
    }

    public int RemoveSource(string source)
    {
        foreach (var (id, stamp) in _removals.ToList())
        {
            if (stamp.Source == source)
                _removals.Remove(id);
        }
        _filters.RemoveAll(f => f.Stamp.Source == source);
        var owned = _entries.Values.Where(e => e.Stamp.Source == source).ToList();
        foreach (Entry entry in owned)
            _entries.Remove(entry.Id);
        return owned.Count;
    }

    public void Publish() => _published = new(_entries);

    public Pinned Snapshot(long nowMs) => new(_published, nowMs, options, fault);

    private WriteStamp? LastWrite(string id) =>
        _entries.TryGetValue(id, out Entry? entry) ? entry.Stamp : _removals.TryGetValue(id, out WriteStamp removal) ? removal : null;

    private void Leave(Entry entry, DepartureReason reason)
    {
        Departures.Add((entry.Id, reason, entry.Stamp));
        Remove(entry.Id, entry.Stamp);
    }

    private bool Remove(string id, WriteStamp stamp)
    {
        bool existed = _entries.Remove(id);
        _removals[id] = stamp;
        if (_removals.Count > options.MaxTombstones)
            _removals.Remove(_removals.OrderBy(r => r.Value.EventTimeMs).ThenBy(r => r.Key, StringComparer.Ordinal).First().Key);
        return existed;
    }

    internal sealed record Entry(string Id, float[] Vector, string Color, WriteStamp Stamp, long FromMs, long UntilMs)
    {
        /// <summary>When it was last found, to the second; 0 = never, or it does not matter.</summary>
        public long UsedMs { get; set; }

        public bool IsExpired(long nowMs) => UntilMs != 0 && nowMs >= UntilMs;
    }

    internal sealed class Pinned(Dictionary<string, Entry> entries, long nowMs, NamespaceOptions options, OracleFault fault)
    {
        public int Count => entries.Count;

        public int CountOf(string color) => entries.Values.Count(e => e.Color == color && IsValid(e));

        public Entry? Get(string id) => entries.TryGetValue(id, out Entry? entry) && IsValid(entry) ? Used(entry) : null;

        public List<(string Id, float Score, string Color, long EventTimeMs)> Search(float[] query, int k, string? color, int halfLifeMs, float? minScore) =>
            [.. entries.Values
                .Where(e => e.Vector.Length > 0 && IsValid(e) && (color is null || e.Color == color))
                .Select(e => (Entry: e, Score: Aged(Score(e.Vector, query), e.Stamp.EventTimeMs, halfLifeMs)))
                .Where(n => minScore is null || n.Score >= minScore)
                .OrderByDescending(n => n.Score).ThenBy(n => n.Entry.Id, StringComparer.Ordinal)
                .Take(k)
                .Select(n => (Used(n.Entry).Id, n.Score, n.Entry.Color, n.Entry.Stamp.EventTimeMs))];

        private bool IsValid(Entry entry) => !entry.IsExpired(nowMs) && fault switch
        {
            OracleFault.IgnoresValidFrom => true,
            OracleFault.IsValidTooLate => entry.FromMs == 0 || entry.FromMs < nowMs,
            _ => entry.FromMs <= nowMs,
        };

        private Entry Used(Entry entry)
        {
            if (options.Eviction == EvictionOrder.LeastRecentlyUsed)
                entry.UsedMs = Math.Max(entry.UsedMs, nowMs / 1_000 * 1_000);
            return entry;
        }

        private float Aged(float score, long eventTimeMs, int halfLifeMs)
        {
            if (halfLifeMs == 0)
                return score;
            float weight = Math.Max(1e-12f, (float)Math.Pow(2, -Math.Max(0, nowMs - eventTimeMs) / (double)halfLifeMs));
            return score > 0 ? score * weight : score / weight;
        }

        private float Score(float[] a, float[] b) => options.Metric switch
        {
            Metric.Dot => Dot(a, b),
            Metric.Cosine => Dot(a, b) / (MathF.Sqrt(Dot(a, a)) * MathF.Sqrt(Dot(b, b))),
            _ => -MathF.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum()),
        };

        private static float Dot(float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();
    }
}
