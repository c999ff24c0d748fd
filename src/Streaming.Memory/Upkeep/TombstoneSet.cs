namespace Streaming.Memory.Upkeep;

/// <summary>
/// The last write of ids that have no entry, so that an older upsert loses. At most <c>capacity</c> marks: beyond it the mark with the
/// oldest event time goes (of equal ones, the smallest id).
/// </summary>
internal sealed class TombstoneSet
{
    private readonly int _capacity;
    private readonly Dictionary<string, WriteStamp> _marks = new(StringComparer.Ordinal);
    private readonly OldestFirst _byEventTime;

    public TombstoneSet(int capacity)
    {
        _capacity = capacity;
        _byEventTime = new((id, timeMs) => _marks.TryGetValue(id, out WriteStamp stamp) && stamp.EventTimeMs == timeMs);
    }

    public int Count => _marks.Count;

    /// <summary>A copy of all marks.</summary>
    public KeyValuePair<string, WriteStamp>[] ToArray() => [.. _marks];

    public WriteStamp? Find(string id) => _marks.TryGetValue(id, out WriteStamp stamp) ? stamp : null;

    public void Set(string id, WriteStamp stamp)
    {
        if (_marks.Count >= _capacity && IsBeforeAll(id, stamp) && !_marks.ContainsKey(id))
            return; // It would be the one to go.
        _marks[id] = stamp;
        _byEventTime.Add(id, stamp.EventTimeMs, _marks.Count);
        if (_marks.Count > _capacity && _byEventTime.Peek() is { } oldest)
            _marks.Remove(oldest);
    }

    public void Remove(string id) => _marks.Remove(id);

    public int RemoveSource(string source) => RemoveAll(stamp => stamp.Source == source);

    /// <summary>Forgets marks that a drop makes needless.</summary>
    public int RemoveBefore(WriteStamp drop) => RemoveAll(stamp => stamp < drop);

    private int RemoveAll(Predicate<WriteStamp> condition)
    {
        var ids = _marks.Where(mark => condition(mark.Value)).Select(mark => mark.Key).ToList();
        foreach (string id in ids)
            _marks.Remove(id);
        return ids.Count;
    }

    private bool IsBeforeAll(string id, WriteStamp stamp)
    {
        if (_byEventTime.Peek() is not { } oldest)
            return false;
        int order = stamp.EventTimeMs.CompareTo(_marks[oldest].EventTimeMs);
        return order < 0 || (order == 0 && string.CompareOrdinal(id, oldest) < 0);
    }
}
