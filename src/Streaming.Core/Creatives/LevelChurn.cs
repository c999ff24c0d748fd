namespace Streaming.Core.Creatives;

/// <summary>How one level of semantic IDs differs between two creative models.</summary>
/// <param name="Changed">Share of creatives whose code of this level is another number, 0..1. Codebooks number their codes as they like.</param>
/// <param name="KeptTogether">Of all pairs of creatives with the same codes up to this level in the first, the share that has the same codes up to it in the second too, 0..1; 1 without such pairs.</param>
public sealed record LevelChurn(double Changed, double KeptTogether);
