using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Snapshots;

/// <summary>The removals that a namespace remembered at one moment.</summary>
/// <param name="Tombstones">By id.</param>
/// <param name="Filters">Deletes by filter.</param>
internal sealed record CapturedRemovals(KeyValuePair<string, WriteStamp>[] Tombstones, FilterDelete[] Filters)
{
    public static CapturedRemovals Of(TombstoneSet tombstones, FilterDeletes filters) => new(tombstones.ToArray(), filters.ToArray());

    /// <summary>Sources of the removals, which may be none of an entry.</summary>
    public IEnumerable<string> Sources => Tombstones.Select(mark => mark.Value.Source).Concat(Filters.SelectMany(filter => filter.Stamps).Select(stamp => stamp.Source));
}
