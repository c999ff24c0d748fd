using System.Collections.Immutable;

namespace Streaming.Memory.Storage;

/// <summary>
/// Everything a reader needs of one published version, replaced whole. The chunks hold rows of later versions too, which the rows'
/// begin and end hide; the index is persistent and holds exactly this version's entries, with and without a vector.
/// </summary>
internal sealed record MemoryView(long Version, Chunk[] Chunks, ImmutableDictionary<string, MemoryEntry> Index, MemorySizes Sizes)
{
    public static MemoryView Empty { get; } =
        new(0, [], ImmutableDictionary.Create<string, MemoryEntry>(StringComparer.Ordinal), default);
}
