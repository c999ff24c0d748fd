namespace Streaming.Runtime.Memory;

/// <summary>One entry to write.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Vector">The vector; empty for a fact.</param>
/// <param name="Attributes">Attributes to show and filter by.</param>
/// <param name="EventTimeMs">Unix milliseconds.</param>
/// <param name="ValidUntilMs">Unix milliseconds; 0 = the namespace's default time to live.</param>
/// <param name="ValidFromMs">First instant at which it is found; Unix milliseconds, 0 = always.</param>
public sealed record MemoryEntry(string Id, ReadOnlyMemory<float> Vector, IReadOnlyDictionary<string, string> Attributes, long EventTimeMs, long ValidUntilMs, long ValidFromMs = 0);
