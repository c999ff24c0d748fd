using Streaming.Memory;

namespace Streaming.Server.Api;

/// <summary>
/// One entry as JSON, and the version it was read from (see <see cref="SearchAnswer"/>); partial = an instance that could hold a newer one did not answer.
/// </summary>
internal sealed record MemoryEntryAnswer(
    string Namespace, long Version, DateTime PublishedAt, DateTime Time, string Id, IReadOnlyDictionary<string, string> Attributes, long EventTimeMs, long ValidFromMs, long ValidUntilMs, IReadOnlyList<float>? Vector,
    bool? Partial = null)
{
    public static MemoryEntryAnswer Of(string space, MemorySnapshot snapshot, MemoryEntry entry, bool withVector) => new(
        space,
        snapshot.Version,
        snapshot.PublishedAt.UtcDateTime,
        snapshot.TakenAt.UtcDateTime,
        entry.Id,
        entry.Attributes,
        entry.EventTimeMs,
        entry.ValidFromMs,
        entry.ValidUntilMs,
        withVector ? entry.Vector.ToArray() : null);
}
