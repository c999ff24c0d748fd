namespace Streaming.Memory.Lists;

/// <summary>The chunks of one list, oldest first. The array is replaced when a chunk comes or goes; a reader keeps the one it read.</summary>
internal sealed class PostingList
{
    private ListChunk[] _chunks = [];

    public ListChunk[] Chunks => Volatile.Read(ref _chunks);

    /// <summary>True once entries move to newer lists. The writer's.</summary>
    public bool IsLeft { get; set; }

    public ListChunk? Tail => _chunks.Length > 0 ? _chunks[^1] : null;

    public void Add(ListChunk chunk) => Volatile.Write(ref _chunks, [.. _chunks, chunk]);

    public void Remove(ListChunk chunk) => Volatile.Write(ref _chunks, [.. _chunks.Where(c => c != chunk)]);
}
