using System.Numerics.Tensors;
using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Filters;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Training;

namespace Streaming.Memory.Search;

/// <summary>One search of one version: lists by their centroids, candidates by their codes, the answer by the vectors.</summary>
/// <remarks>
/// Hot path: nothing is allocated but the answer. Whether a row is visible, alive and wanted is asked last, of the few rows whose score
/// would enter, because the answer lies in cache lines that the scan otherwise never touches. The partition that entries leave is scanned before
/// the one that they go to (see <see cref="ListStore.Next"/>): an entry may be met twice, never missed.
/// </remarks>
internal readonly unsafe ref struct SearchRun(
    RowStore rows, ListStore lists, Metric metric, long version, long nowMs, RowFilter? filter, SearchEffort effort)
{
    private const int PrefetchAhead = 12;
    private const int ListsAhead = 4;
    private const int CacheLine = 64;

    /// <summary>Rows listed for a wanted attribute up to which all of them are scored: at this many, that costs about what the codes would.</summary>
    private const int FewListed = 16_384;

    public Neighbour[] Run(ReadOnlySpan<float> query, int k)
    {
        SearchScratch scratch = SearchScratch.OfThread;
        Span<float> prepared = scratch.Prepared(query.Length);
        Prepare(metric, query, prepared);
        scratch.ForgetSeen();
        TopK best = new(rows, Math.Min(k, Math.Max(1, rows.Count)));
        fixed (float* q = query)
        {
            float queryNorm = TensorPrimitives.Norm(query);
            var (token, listed) = filter?.Rarest(rows.ByAttribute) ?? (0, int.MaxValue);
            if (listed > FewListed)
                ByLists(filter is null ? effort : effort.Widened(listed, rows.Count), prepared, q, queryNorm, scratch, ref best);
            // Also where the lists gave too few: then what the filter keeps is rare where the query looked.
            if (filter is not null && (listed <= FewListed || !best.IsFull))
                ByAttribute(rows.ByAttribute.Find(token), token, q, queryNorm, scratch, ref best);
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

    private void ByLists(SearchEffort effort, ReadOnlySpan<float> prepared, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        for (Partition? partition = lists.Next(null); partition is not null; partition = lists.Next(partition))
        {
            if (partition.Codebook is { } codebook && !effort.IsExact)
                ByCodes(partition, codebook, effort, prepared, query, queryNorm, scratch, ref best);
            else
                ByVectors(partition, query, queryNorm, scratch, ref best);
        }
    }

    private void ByVectors(Partition partition, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        for (int list = 0; list < partition.Lists.Count; list++)
        {
            foreach (ListChunk chunk in partition.Chunks(list))
                Rank(chunk.Rows, query, queryNorm, scratch, ref best);
        }
    }

    // Such a row may have been given back since it was listed, so whether it is visible comes before its score.
    private void ByAttribute(ReadOnlySpan<(uint Token, int Row)> listed, uint token, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        for (int i = 0; i < listed.Length; i++)
        {
            if (i + PrefetchAhead < listed.Length && rows.TryGet(listed[i + PrefetchAhead].Row, out Row ahead))
                Prefetch(ahead);
            if (listed[i].Token == token && rows.TryGet(listed[i].Row, out Row record) && record.IsVisible(version) && record.Place >= 0)
                Offer(listed[i].Row, record, query, queryNorm, scratch, ref best);
        }
    }

    private void ByCodes(
        Partition partition, Codebook codebook, SearchEffort effort, ReadOnlySpan<float> prepared, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        using QueryTable table = new(codebook, prepared, codebook.HasNorm);
        CandidateBuffer candidates = new(effort.Candidates, rows.Count);
        int wanted = Math.Min(effort.Lists, codebook.Lists);
        RankedLists ranked = scratch.Lists(codebook.Lists);
        partition.Centroids!.Choose(prepared, wanted, ref ranked);
        ranked.Sort(wanted);
        fixed (byte* bytes = table.Bytes)
        {
            for (int i = 0; i < Math.Min(ranked.Count, ListsAhead); i++)
                CodeScan.Prefetch(partition.Chunks(ranked.List(i)), codebook.Codes);
            for (int i = 0; i < ranked.Count; i++)
            {
                if (i + ListsAhead < ranked.Count)
                    CodeScan.Prefetch(partition.Chunks(ranked.List(i + ListsAhead)), codebook.Codes);
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
                Prefetch(rows[candidates[i + PrefetchAhead]]);
            Offer(candidates[i], rows[candidates[i]], query, queryNorm, scratch, ref best);
        }
    }

    private void Prefetch(Row row)
    {
        if (!Sse.IsSupported)
            return;
        byte* record = row.Vector - Row.HeadBytes;
        for (int at = 0; at < Row.HeadBytes + rows.Vectors.Bytes; at += CacheLine)
            Sse.Prefetch0(record + at);
    }

    private void Offer(int row, Row record, float* query, float queryNorm, SearchScratch scratch, ref TopK best)
    {
        float score = Score(record.Vector, query, queryNorm);
        if (score >= best.Threshold && IsWanted(record) && scratch.SeeFirst(row))
            best.Offer(score, row);
    }

    private bool IsWanted(Row row) => row.IsVisible(version) && !row.IsExpired(nowMs) && (filter is null || filter.Matches(rows.Attributes[row.Attributes]));

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
}
