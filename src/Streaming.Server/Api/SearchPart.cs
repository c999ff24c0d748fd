using System.Text.Json.Serialization;
using Streaming.Memory;
using Streaming.Memory.Search;

namespace Streaming.Server.Api;

/// <summary>What one instance found, before it is put together with what others found. Instances send it to each other.</summary>
/// <param name="Partitions">Those of the namespace's partitions that it held, wholly read, before and after the search.</param>
/// <param name="Version">The version searched.</param>
/// <param name="PublishedAt">When that version became the newest.</param>
/// <param name="Time">The clock reading that decided which entries are expired.</param>
/// <param name="Answers">One for each vector.</param>
internal sealed record SearchPart(IReadOnlyList<string> Partitions, long Version, DateTime PublishedAt, DateTime Time, IReadOnlyList<SearchResult> Answers)
{
    /// <summary>The instance, as the one that asked it calls it.</summary>
    [JsonIgnore]
    public string Instance { get; init; } = "";

    public static SearchPart Of(MemorySnapshot snapshot, IReadOnlyList<SearchResult> answers) =>
        new([], snapshot.Version, snapshot.PublishedAt.UtcDateTime, snapshot.TakenAt.UtcDateTime, answers);
}
