using Streaming.Memory.Lists;

namespace Streaming.Memory.Snapshots;

/// <summary>The chunks of a list, and how many entries the last had: the others take none any more.</summary>
internal readonly record struct CapturedList(ListChunk[] Chunks, int InLast)
{
    public static CapturedList Of(PostingList list) => new(list.Chunks, list.Tail?.Count ?? 0);

    public int EntriesOf(int chunk) => chunk == Chunks.Length - 1 ? InLast : Chunks[chunk].Count;
}
