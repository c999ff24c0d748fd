using System.Numerics.Tensors;
using Streaming.Memory.Filters;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Training;

namespace Streaming.Memory.Search;

/// <summary>One search: lists by their centroids, candidates by their codes, the answer by the vectors.</summary>
/// <remarks>
/// Hot path: nothing is allocated but the answer. The partition that entries leave is scanned before the one that they go to (see
/// <see cref="ListStore.Next"/>): an entry may be met twice, never missed.
/// </remarks>
internal unsafe struct SearchRun(RowStore rows, ListStore lists, in Question question, SearchEffort effort)
{
    // Rows listed for a wanted attribute up to which all of them are scored: at this many, that costs about what the codes would.
    private const int FewListed = 16_384;
    private const int ListsAhead = 4;

    private readonly Question _question = question;
    private int _lists;
    private long _entries;

    /// <summary>Answers for a vector that satisfies the rules.</summary>
    public SearchResult Run(ReadOnlySpan<float> query, int k)
    {
        SearchScratch scratch = SearchScratch.OfThread;
        Span<float> prepared = scratch.Prepared(query.Length);
        Prepare(_question.Metric, query, prepared);
        fixed (float* q = query)
        {
            RowRanking ranking = new(rows, _question, q, k, scratch);
            if (_question.Filter is { } filter)
                Filtered(filter, prepared, scratch, ref ranking);
            else
                ByLists(effort, prepared, scratch, ref ranking);
            var found = ranking.Take();
            ranking.Dispose();
            return new SearchResult(_question.Version, found) { Work = new(_lists, _entries, ranking.Scored) };
        }
    }

    /// <summary>A vector as the lists compare it: of length 1 under the cosine, else as it is.</summary>
    public static void Prepare(Metric metric, ReadOnlySpan<float> vector, Span<float> prepared)
    {
        if (metric == Metric.Cosine)
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), prepared);
        else
            vector.CopyTo(prepared);
    }

    private void Filtered(RowFilter filter, scoped ReadOnlySpan<float> prepared, SearchScratch scratch, scoped ref RowRanking ranking)
    {
        var (token, listed) = filter.Rarest(rows.ByAttribute);
        if (listed > FewListed)
            ByLists(effort.Widened(listed, rows.Count), prepared, scratch, ref ranking);
        // Also where the lists gave too few: then what the filter keeps is rare where the query looked.
        if (!ranking.IsFull)
            ranking.Rank(rows.ByAttribute.Find(token), token);
    }

    private void ByLists(SearchEffort effort, scoped ReadOnlySpan<float> prepared, SearchScratch scratch, scoped ref RowRanking ranking)
    {
        for (Partition? partition = lists.Next(null); partition is not null; partition = lists.Next(partition))
        {
            if (partition.Codebook is { } codebook && !effort.IsExact)
                ByCodes(partition, codebook, partition.IsRough ? effort.InRoughLists() : effort, prepared, scratch, ref ranking);
            else
                ByVectors(partition, ref ranking);
        }
    }

    private static void ByVectors(Partition partition, scoped ref RowRanking ranking)
    {
        for (int list = 0; list < partition.Lists.Count; list++)
        {
            foreach (ListChunk chunk in partition.Chunks(list))
                ranking.Rank(chunk.Rows);
        }
    }

    private void ByCodes(
        Partition partition, Codebook codebook, SearchEffort effort, scoped ReadOnlySpan<float> prepared, SearchScratch scratch, scoped ref RowRanking ranking)
    {
        int wanted = Math.Min(effort.Lists, codebook.Lists);
        RankedLists ranked = scratch.Lists(codebook.Lists);
        partition.Centroids!.Choose(prepared, wanted, ref ranked);
        ranked.Sort(wanted);
        CandidateBuffer candidates = new(effort.Candidates, rows.Count);
        Scan(partition, codebook, ranked, prepared, ref candidates);
        ranking.Rank(candidates.Best());
        candidates.Dispose();
    }

    private void Scan(Partition partition, Codebook codebook, RankedLists ranked, scoped ReadOnlySpan<float> prepared, ref CandidateBuffer candidates)
    {
        using QueryTable table = new(codebook, prepared, codebook.HasNorm);
        ScanContext scan = new(rows, codebook.Metric, codebook.Codes, _question.Version, _question.IsPast, _question.NowMs, _question.Age);
        // The scores of lists under L2 lack the query's own square, without which they cannot be weighed by age.
        float missing = codebook.HasNorm ? TensorPrimitives.SumOfSquares(prepared) : 0;
        fixed (byte* bytes = table.Bytes)
        {
            for (int i = 0; i < Math.Min(ranked.Count, ListsAhead); i++)
                CodeScan.Prefetch(partition.Chunks(ranked.List(i)), codebook.Codes);
            for (int i = 0; i < ranked.Count; i++)
            {
                if (i + ListsAhead < ranked.Count)
                    CodeScan.Prefetch(partition.Chunks(ranked.List(i + ListsAhead)), codebook.Codes);
                int baseKey = CandidateBuffer.Key((ranked.Score(i) - missing + table.Low) / table.Step);
                if (!_question.Age.Matters && candidates.Threshold > baseKey + table.MaxTotal)
                    continue;
                _lists++;
                _entries += CodeScan.Scan(partition.Chunks(ranked.List(i)), bytes, scan, baseKey, ref candidates);
            }
        }
    }
}
