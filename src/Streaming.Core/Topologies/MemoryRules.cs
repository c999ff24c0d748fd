using Streaming.Core.Validation;

namespace Streaming.Core.Topologies;

/// <summary>What <c>memory</c> of a topology must keep.</summary>
internal static class MemoryRules
{
    private const int MaxNameLength = 64;
    private const int MaxCount = 100_000_000;
    private static readonly string[] Metrics = ["dot", "cosine", "l2"];
    private static readonly string[] Formats = ["half", "single"];
    private static readonly string[] Evictions = ["oldest", "least_recently_used"];

    public static IEnumerable<Violation> Check(IReadOnlyCollection<MemoryNamespaceOptions> namespaces)
    {
        foreach (var violation in namespaces.SelectMany(Check))
            yield return violation;
        foreach (var name in namespaces.GroupBy(n => n.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return new("memory.name", name.Key, "must be unique");
    }

    private static IEnumerable<Violation> Check(MemoryNamespaceOptions space)
    {
        var field = $"memory.{space.Name}";
        if (!IsName(space.Name))
            yield return new("memory.name", space.Name, $"must be 1 to {MaxNameLength} of a-z, 0-9, '.', '_' and '-'");
        if (space.Dimension is < 1 or > 4096)
            yield return new($"{field}.dimension", space.Dimension, "must be 1 to 4,096");
        if (!Metrics.Contains(space.Metric))
            yield return new($"{field}.metric", space.Metric, "must be dot, cosine or l2");
        if (!Formats.Contains(space.Format))
            yield return new($"{field}.format", space.Format, "must be half or single");
        if (space.TimeToLive != TimeSpan.Zero && space.TimeToLive < TimeSpan.FromMilliseconds(1))
            yield return new($"{field}.time_to_live", space.TimeToLive, "must be 0 (for ever), or at least 1ms");
        if (space.MaxEntries is < 1 or > MaxCount)
            yield return new($"{field}.max_entries", space.MaxEntries, "must be 1 to 100,000,000");
        if (!Evictions.Contains(space.Eviction))
            yield return new($"{field}.eviction", space.Eviction, "must be oldest or least_recently_used");
        if (space.Retention.Versions is < 1 or > 1_000_000)
            yield return new($"{field}.retention.versions", space.Retention.Versions, "must be 1 (the newest only) to 1,000,000");
        if (space.Retention.Time < TimeSpan.Zero)
            yield return new($"{field}.retention.time", space.Retention.Time, "must be 0 or more");
        if (space.Search.Lists is < 1 or > 65_536)
            yield return new($"{field}.search.lists", space.Search.Lists, "must be 1 to 65,536");
        if (space.Search.Candidates is < 1 or > 1_000_000)
            yield return new($"{field}.search.candidates", space.Search.Candidates, "must be 1 to 1,000,000");
        if (space.Snapshots.Interval != TimeSpan.Zero && space.Snapshots.Interval < TimeSpan.FromSeconds(1))
            yield return new($"{field}.snapshots.interval", space.Snapshots.Interval, "must be 0 (no snapshots), or at least 1s");
        if (space.Snapshots.Keep is < 1 or > 100)
            yield return new($"{field}.snapshots.keep", space.Snapshots.Keep, "must be 1 to 100");
        if (space.Snapshots.MaxAge < space.Snapshots.Interval)
            yield return new($"{field}.snapshots.max_age", space.Snapshots.MaxAge, "must be at least snapshots.interval");
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
}
