using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>Recall@k: the share of the true neighbours that were found.</summary>
internal static class Recall
{
    /// <param name="found">For each query the entries found.</param>
    /// <param name="truth">For each query, in the same order, the numbers of the true ones.</param>
    public static double Of(IEnumerable<IReadOnlyList<Neighbour>> found, IEnumerable<int[]> truth)
    {
        var (hits, wanted) = (0, 0);
        foreach (var (neighbours, rows) in found.Zip(truth))
        {
            hits += neighbours.Count(neighbour => rows.Contains(MemoryWriter.Number(neighbour.Id)));
            wanted += rows.Length;
        }
        return wanted == 0 ? 1 : (double)hits / wanted;
    }
}
