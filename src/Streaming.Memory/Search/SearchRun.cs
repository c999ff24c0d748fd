using System.Numerics.Tensors;
using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Training;

namespace Streaming.Memory.Search;

/// <summary>One search of one version: lists by their centroids, candidates by their codes, the answer by the vectors.</summary>
/// <remarks>
/// Hot path: nothing is allocated but the answer. Whether a row is visible, alive and wanted is asked last, of the few rows whose score
/// would enter, because the answer lies in cache lines that the scan otherwise never touches. The partition that entries leave is scanned before
/// the one that they go to: an entry may be met twice, never missed.
/// </remarks>
internal readonly unsafe ref struct SearchRun(
    RowStore rows, Metric metric, long version, long nowMs, IReadOnlyDictionary<string, string>? where, SearchEffort effort)
{
    private const int PrefetchAhead = 8;
    private const int CacheLine = 64;

    public Neighbour[] Run(Partition[] partitions, ReadOnlySpan<float> query, int k)
    {
        SearchScratch scratch = SearchScratch.OfThread;
        Span<float> prepared = scratch.Prepared(query.Length);
        Prepare(metric, query, prepared);
        scratch.ForgetSeen(effort.IsExact ? rows.Count : effort.Candidates * 2);
        TopK best = new(rows, Math.Min(k, Math.Max(1, rows.Count)));
        fixed (float* q = query)
        {
            float queryNorm = TensorPrimitives.Norm(query);
            foreach (Partition partition in partitions)
            {
                if (partition.Codebook is { } codebook && !effort.IsExact)
                    ByCodes(partition, codebook, prepared, q, queryNorm, scratch, ref best);
                else
                    ByVectors(partition, q, queryNorm, scratch, ref best);
            }
        }
        var found = best.TakeSorted();
        best.Dispose();
        return found;
    }

    /// <summary>A vector as the lists compare it: of length 1 under the cosine, else as it is.</summary>
    public static void Prepare(Metric metric, ReadOnlySpan<float> vector, Span<float> prepared)
    {
        if (metric == Metric.Cosine)
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), prepared);
        else
            vector.CopyTo(prepared);
    }

    private void ByVectors(Partition partition, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        for (int list = 0; list < partition.Lists.Count; list++)
        {
            foreach (ListChunk chunk in partition.Chunks(list))
            {
                int count = chunk.Count;
                for (int entry = 0; entry < count; entry++)
                    Offer(chunk.Row(entry), query, queryNorm, scratch, ref best);
            }
        }
    }

    private void ByCodes(Partition partition, Codebook codebook, ReadOnlySpan<float> prepared, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        using QueryTable table = new(codebook, prepared, codebook.HasNorm);
        CandidateBuffer candidates = new(effort.Candidates, rows.Count);
        int wanted = Math.Min(effort.Lists, codebook.Lists);
        RankedLists ranked = scratch.Lists(codebook.Lists);
        partition.Centroids!.Choose(prepared, wanted, ref ranked);
        ranked.Sort(wanted);
        fixed (byte* bytes = table.Bytes)
        {
            for (int i = 0; i < ranked.Count; i++)
            {
                int baseKey = (int)Math.Clamp(MathF.Round((ranked.Score(i) + table.Low) / table.Step), CandidateBuffer.Lowest / 2, -CandidateBuffer.Lowest / 2);
                if (candidates.Threshold <= baseKey + table.MaxTotal)
                    CodeScan.Scan(partition.Chunks(ranked.List(i)), bytes, codebook.Codes, baseKey, version, ref candidates);
            }
        }
        Rank(candidates.Best().Values.Span, query, queryNorm, scratch, ref best);
        candidates.Dispose();
    }

    private void Rank(ReadOnlySpan<int> candidates, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        for (int i = 0; i < candidates.Length; i++)
        {
            if (i + PrefetchAhead < candidates.Length)
                Prefetch(candidates[i + PrefetchAhead]);
            Offer(candidates[i], query, queryNorm, scratch, ref best);
        }
    }

    private void Prefetch(int row)
    {
        if (!Sse.IsSupported)
            return;
        byte* record = rows[row].Vector - Row.HeadBytes;
        for (int at = 0; at < Row.HeadBytes + rows.Vectors.Bytes; at += CacheLine)
            Sse.Prefetch0(record + at);
    }

    private void Offer(int row, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        Row record = rows[row];
        float score = Score(record.Vector, query, queryNorm);
        if (score >= best.Threshold && IsWanted(record) && scratch.SeeFirst(row))
            best.Offer(score, row);
    }

    private bool IsWanted(Row row) => row.IsVisible(version) && !row.IsExpired(nowMs) && (where is null || Matches(rows.Attributes[row.Attributes], where));

    private float Score(byte* vector, float* query, float queryNorm)
    {
        switch (metric)
        {
            case Metric.Dot:
                return rows.Vectors.Dot(vector, query);
            case Metric.Cosine:
                var (dot, square) = rows.Vectors.DotAndSquare(vector, query);
                return dot / (MathF.Sqrt(square) * queryNorm);
            default:
                return -MathF.Sqrt(rows.Vectors.SquaredDistance(vector, query));
        }
    }

    private static bool Matches(IReadOnlyDictionary<string, string> attributes, IReadOnlyDictionary<string, string> wanted)
    {
        foreach (var (name, value) in wanted)
        {
            if (!attributes.TryGetValue(name, out string? held) || !string.Equals(held, value, StringComparison.Ordinal))
                return false;
        }
        return true;
    }
}
