using Streaming.Memory.Filters;

namespace Streaming.Memory.Upkeep;

/// <summary>
/// The deletes by filter that are remembered, so that an older write that arrives after one loses as it would have before. At most
/// <c>capacity</c> filters: beyond it the one whose newest delete is the oldest is forgotten. A drop is a delete by the filter that wants nothing,
/// and is not forgotten for others. The writer's.
/// </summary>
internal sealed class FilterDeletes(int capacity)
{
    /// <summary>The filter of a drop.</summary>
    public static readonly IReadOnlyDictionary<string, string> Everything = new Dictionary<string, string>();

    // As KeyOf has it.
    private const string DropKey = "";

    private readonly Dictionary<string, Remembered> _filters = new(StringComparer.Ordinal);
    private long _newestEventMs = long.MinValue;

    public int Count => _filters.Count;

    /// <summary>A copy of all of them.</summary>
    public FilterDelete[] ToArray() => [.. _filters.Values.Select(filter => filter.Copy())];

    /// <summary>Remembers a delete.</summary>
    /// <returns>False when one of the same filter that is as new or newer is known, so that there is nothing left to delete.</returns>
    public bool Add(IReadOnlyDictionary<string, string> where, WriteStamp stamp)
    {
        string key = KeyOf(where);
        if (!_filters.TryGetValue(key, out Remembered? known))
            _filters.Add(key, known = new Remembered(where));
        bool isNewer = known.Add(stamp);
        if (_filters.Count - (_filters.ContainsKey(DropKey) ? 1 : 0) > capacity)
            _filters.Remove(_filters.Where(filter => filter.Key != DropKey).MinBy(filter => filter.Value.Newest).Key);
        FindNewest();
        return isNewer;
    }

    /// <summary>True for a write that is older than a remembered drop.</summary>
    public bool Drops(WriteStamp stamp) =>
        stamp.EventTimeMs <= _newestEventMs && _filters.TryGetValue(DropKey, out Remembered? drop) && stamp < drop.Newest;

    /// <summary>True when a write with these attributes is one that a remembered delete deletes.</summary>
    /// <remarks>Writes are rarely older than a delete: all but those cost one comparison.</remarks>
    public bool Covers(IReadOnlyDictionary<string, string>? attributes, WriteStamp stamp)
    {
        if (stamp.EventTimeMs > _newestEventMs || attributes is null)
            return false;
        AttributeSet set = new(AttributeBytes.Of(attributes), validFromMs: 0);
        foreach (Remembered filter in _filters.Values)
        {
            if (stamp < filter.Newest && filter.Filter.Matches(set))
                return true;
        }
        return false;
    }

    /// <summary>Forgets the deletes of a source. What they deleted stays deleted until it is written again.</summary>
    public void RemoveSource(string source)
    {
        foreach (var (key, filter) in _filters)
        {
            if (!filter.RemoveSource(source))
                _filters.Remove(key);
        }
        FindNewest();
    }

    private void FindNewest() =>
        _newestEventMs = _filters.Count == 0 ? long.MinValue : _filters.Values.Max(filter => filter.Newest.EventTimeMs);

    // Lengths, so that no two filters share a key whatever characters they hold.
    private static string KeyOf(IReadOnlyDictionary<string, string> where) =>
        string.Concat(where.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key.Length}:{pair.Key}{pair.Value.Length}:{pair.Value}"));

    private sealed class Remembered(IReadOnlyDictionary<string, string> where)
    {
        private readonly Dictionary<string, string> _where = new(where, StringComparer.Ordinal);

        // Of each source the newest: another one counts again when a source is forgotten.
        private readonly Dictionary<string, WriteStamp> _stamps = new(StringComparer.Ordinal);

        public RowFilter Filter { get; } = new(where);

        public WriteStamp Newest { get; private set; }

        public FilterDelete Copy() => new(_where, [.. _stamps.Values]);

        /// <returns>True when it is the newest.</returns>
        public bool Add(WriteStamp stamp)
        {
            bool isNewest = _stamps.Count == 0 || stamp > Newest;
            if (!_stamps.TryGetValue(stamp.Source, out WriteStamp known) || stamp > known)
                _stamps[stamp.Source] = stamp;
            if (isNewest)
                Newest = stamp;
            return isNewest;
        }

        /// <returns>False when no delete is left.</returns>
        public bool RemoveSource(string source)
        {
            if (_stamps.Remove(source) && _stamps.Count > 0)
                Newest = _stamps.Values.Max();
            return _stamps.Count > 0;
        }
    }
}
