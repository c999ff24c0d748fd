namespace Streaming.Memory.Lists;

/// <summary>The chunks of one list, oldest first. Arrays are replaced when a chunk comes or goes; a reader keeps the one it read.</summary>
internal sealed class PostingList
{
    private ListChunk[] _chunks = [];
    private ChunkMemory[] _memory = [];

    public ListChunk[] Chunks => Volatile.Read(ref _chunks);

    /// <summary>The same chunks, as searches read them.</summary>
    public ChunkMemory[] Memory => Volatile.Read(ref _memory);

    /// <summary>True once entries move to newer lists. The writer's.</summary>
    public bool IsLeft { get; set; }

    public ListChunk? Tail => _chunks.Length > 0 ? _chunks[^1] : null;

    public void Add(ListChunk chunk) => Replace([.. _chunks, chunk]);

    public void Remove(ListChunk chunk) => Replace([.. _chunks.Where(c => c != chunk)]);

    private void Replace(ListChunk[] chunks)
    {
        Volatile.Write(ref _chunks, chunks);
        Volatile.Write(ref _memory, Array.ConvertAll(chunks, chunk => chunk.Memory));
    }
}
