namespace Streaming.Client.Api;

/// <summary>One entry of a namespace, and the version that it was read from.</summary>
/// <param name="Namespace">Where it is.</param>
/// <param name="Version">The version, as the instance that holds it counts.</param>
/// <param name="PublishedAt">When that version became the newest.</param>
/// <param name="Time">The clock reading that decided that it is valid.</param>
/// <param name="Id">Its key.</param>
/// <param name="Attributes">As it was written with.</param>
/// <param name="EventTimeMs">Unix milliseconds, UTC.</param>
/// <param name="ValidFromMs">First instant at which it is found; Unix milliseconds, 0 = always.</param>
/// <param name="ValidUntilMs">First instant at which it is gone; Unix milliseconds, 0 = never.</param>
/// <param name="Vector">Its vector, if asked for; empty for a fact.</param>
/// <param name="Partial">True when an instance that could hold a newer one did not answer.</param>
public sealed record MemoryEntry(
    string Namespace,
    long Version,
    DateTime PublishedAt,
    DateTime Time,
    string Id,
    IReadOnlyDictionary<string, string> Attributes,
    long EventTimeMs,
    long ValidFromMs,
    long ValidUntilMs,
    IReadOnlyList<float>? Vector = null,
    bool? Partial = null);
