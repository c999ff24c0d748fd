using Streaming.Memory.Filters;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Search;

/// <summary>What a search asks, but for its vector.</summary>
/// <param name="Metric">The namespace's metric.</param>
/// <param name="Version">The version that it reads.</param>
/// <param name="IsPast">True when later versions are published.</param>
/// <param name="NowMs">The clock reading that decides which entries are valid; unix ms.</param>
/// <param name="Filter">The attributes wanted; null = any.</param>
/// <param name="Age">How scores lose by age.</param>
/// <param name="MinScore">The lowest score wanted.</param>
internal readonly record struct Question(Metric Metric, long Version, bool IsPast, long NowMs, RowFilter? Filter, AgeWeight Age, float MinScore)
{
    public static Question Of(Metric metric, long version, bool isPast, long nowMs, SearchOptions? options) => new(
        metric, version, isPast, nowMs, RowFilter.Of(options?.Where), new AgeWeight(nowMs, options?.HalfLife), options?.MinScore ?? float.NegativeInfinity);

    public bool Wants(Row row, AttributeTable attributes) =>
        row.IsVisible(Version) && attributes.IsValid(row, NowMs) && (Filter is null || Filter.Matches(attributes[row.Attributes]));
}
