namespace Streaming.Models.SemanticIds;

/// <summary>Churn of one layer.</summary>
/// <param name="Changed">Share of the creatives whose code is another number, 0..1. High whenever codes were numbered anew, even if nothing else changed.</param>
/// <param name="ChangedAfterMatching">The same after each old code was renamed to the new one that most of its creatives have, each used once.</param>
/// <param name="NeighboursKept">Of the pairs of creatives that shared all codes up to this layer, the share that still does; null when no pair did.</param>
public sealed record CodebookChurnLevel(double Changed, double ChangedAfterMatching, double? NeighboursKept);
