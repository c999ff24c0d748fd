namespace Streaming.Server.Bench.Memory;

/// <summary>One data set of the memory's cases: what is held, what is asked, and the true answers.</summary>
/// <param name="Name">Tells data sets apart.</param>
/// <param name="Base">The entries; row i has the id <see cref="MemoryWriter.Id"/>(i).</param>
/// <param name="Queries">What is asked; the first <see cref="MemorySearches.Probes"/> choose a setting.</param>
/// <param name="Truth">For each query the rows of its nearest entries.</param>
/// <param name="BasePath">The file of <paramref name="Base"/>, for peers.</param>
/// <param name="QueryPath">The file of <paramref name="Queries"/>, for peers.</param>
internal sealed record MemoryData(string Name, VectorTable Base, VectorTable Queries, int[][] Truth, string BasePath, string QueryPath)
{
    public const int Neighbours = 10;

    public int Dimension => Base.Dimension;
}
