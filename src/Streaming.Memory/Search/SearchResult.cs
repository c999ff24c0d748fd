namespace Streaming.Memory.Search;

/// <summary>What a search found, and in which version.</summary>
/// <param name="Version">The snapshot's version.</param>
/// <param name="Neighbours">At most k, the highest score first; equal scores by id in ordinal order.</param>
public sealed record SearchResult(long Version, IReadOnlyList<Neighbour> Neighbours);
