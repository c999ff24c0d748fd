namespace Streaming.Client.Api;

/// <summary>One entry that a search found.</summary>
/// <param name="Id">The entry's key.</param>
/// <param name="Score">By the namespace's metric; higher is nearer.</param>
/// <param name="Attributes">As it was written with.</param>
/// <param name="EventTimeMs">Unix milliseconds, UTC.</param>
public sealed record Neighbour(string Id, float Score, IReadOnlyDictionary<string, string> Attributes, long EventTimeMs);
