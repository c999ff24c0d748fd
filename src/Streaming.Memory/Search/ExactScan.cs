using System.Numerics.Tensors;
using Streaming.Memory.Rules;
using Streaming.Memory.Storage;

namespace Streaming.Memory.Search;

/// <summary>Exact top-k by scanning every row of a view.</summary>
/// <remarks>
/// Hot path: no allocation per row. The score comes first and visibility after, because only rows that beat the k-th best so far
/// need the answer, and these are few; the other columns then stay out of the cache.
/// </remarks>
internal readonly ref struct ExactScan(MemoryView view, Metric metric, long nowMs, IReadOnlyDictionary<string, string>? where)
{
    public Neighbour[] Run(ReadOnlySpan<float> query, int k)
    {
        TopK best = new(Math.Min(k, Math.Max(1, view.Sizes.StoredRows)));
        try
        {
            float queryNorm = TensorPrimitives.Norm(query);
            foreach (Chunk chunk in view.Chunks)
                Scan(chunk, query, queryNorm, ref best);
            return best.TakeSorted();
        }
        finally
        {
            best.Dispose();
        }
    }

    private void Scan(Chunk chunk, ReadOnlySpan<float> query, float queryNorm, ref TopK best)
    {
        int rows = chunk.Rows;
        ReadOnlySpan<float> vectors = chunk.Vectors(rows);
        ReadOnlySpan<float> norms = chunk.Norms(rows);
        for (int row = 0; row < rows; row++)
        {
            float score = Score(vectors.Slice(row * query.Length, query.Length), norms[row], query, queryNorm);
            if (score < best.Threshold || !chunk.IsVisible(row, view.Version))
                continue;
            MemoryEntry entry = chunk.Entry(row);
            if (!entry.IsExpired(nowMs) && (where is null || entry.Matches(where)))
                best.Offer(score, entry);
        }
    }

    private float Score(ReadOnlySpan<float> vector, float norm, ReadOnlySpan<float> query, float queryNorm) => metric switch
    {
        Metric.Dot => TensorPrimitives.Dot(vector, query),
        Metric.Cosine => TensorPrimitives.Dot(vector, query) / (norm * queryNorm),
        _ => -TensorPrimitives.Distance(vector, query),
    };
}
