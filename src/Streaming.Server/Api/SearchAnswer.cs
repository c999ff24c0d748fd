using Streaming.Memory;
using Streaming.Memory.Search;

namespace Streaming.Server.Api;

/// <summary>What a search found, as JSON.</summary>
/// <param name="Namespace">Where.</param>
/// <param name="Version">In which version.</param>
/// <param name="PublishedAt">When that version became the newest.</param>
/// <param name="Time">The clock reading that decided which entries are expired; as <c>as_of</c> it asks for the same answer again.</param>
/// <param name="Neighbours">The nearest first.</param>
internal sealed record SearchAnswer(string Namespace, long Version, DateTime PublishedAt, DateTime Time, IReadOnlyList<Neighbour> Neighbours)
{
    public static SearchAnswer Of(string space, MemorySnapshot snapshot, SearchResult found) =>
        new(space, snapshot.Version, snapshot.PublishedAt.UtcDateTime, snapshot.TakenAt.UtcDateTime, found.Neighbours);
}
