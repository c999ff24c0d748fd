namespace Streaming.Memory.Storage;

/// <summary>A row of a chunk. A class, so that a reader sees the pair whole while the writer moves an entry.</summary>
internal sealed record RowLocation(Chunk Chunk, int Row);
