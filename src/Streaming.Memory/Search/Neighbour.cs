namespace Streaming.Memory.Search;

/// <summary>One entry that a search found.</summary>
/// <param name="Id">The entry's key within its namespace.</param>
/// <param name="Score">By the namespace's metric; higher is nearer.</param>
/// <param name="Attributes">As the upsert carried them.</param>
/// <param name="EventTimeMs">Unix milliseconds, UTC.</param>
public readonly record struct Neighbour(string Id, float Score, IReadOnlyDictionary<string, string> Attributes, long EventTimeMs);
