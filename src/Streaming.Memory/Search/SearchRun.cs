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
internal unsafe struct SearchRun(RowStore rows, ListStore lists, in Question question, SearchEffort effort, SearchDeadline deadline)
{
    // Rows listed for a wanted attribute up to which all of them are scored: at this many, that costs about what the codes would.
    private const int FewListed = 16_384;

    // Rows listed for an attribute that are scored between two looks at the clock.
    private const int RowsAtOnce = 2_048;

    private readonly Question _question = question;
    private int _lists;
    private int _chunks;
    private int _listed;
    private long _entries;
    private long _candidates;
    private SearchPath _path;
    private SearchCut _cut;

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
            return new SearchResult(_question.Version, found) { Work = Work(ranking.Scored) };
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
        _listed = listed;
        if (listed > FewListed)
            ByLists(effort.Widened(listed, rows.Count), prepared, scratch, ref ranking);
        // Also where the lists gave too few: then what the filter keeps is rare where the query looked.
        if (!ranking.IsFull && _cut != SearchCut.Time)
            ByAttribute(token, ref ranking);
    }

    private void ByAttribute(uint token, scoped ref RowRanking ranking)
    {
        _path |= SearchPath.Attribute;
        var listed = rows.ByAttribute.Find(token);
        for (int at = 0; at < listed.Length; at += RowsAtOnce)
        {
            if (at > 0 && IsTimeOver())
                return;
            ranking.Rank(listed.Slice(at, Math.Min(RowsAtOnce, listed.Length - at)), token);
        }
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

    private void ByVectors(Partition partition, scoped ref RowRanking ranking)
    {
        _path |= SearchPath.Vectors;
        for (int list = 0; list < partition.Lists.Count; list++)
        {
            foreach (ChunkMemory chunk in partition.Chunks(list))
            {
                if (_chunks > 0 && IsTimeOver())
                    return;
                ranking.Rank(chunk.Rows);
                _chunks++;
            }
        }
    }

    private void ByCodes(
        Partition partition, Codebook codebook, SearchEffort effort, scoped ReadOnlySpan<float> prepared, SearchScratch scratch, scoped ref RowRanking ranking)
    {
        _path |= SearchPath.Lists;
        int all = Math.Min(effort.Lists, codebook.Lists), wanted = Math.Min(all, effort.MaxLists);
        if (wanted < all)
            _cut = SearchCut.Lists;
        RankedLists ranked = scratch.Lists(codebook.Lists);
        partition.Centroids!.Choose(prepared, wanted, ref ranked);
        ranked.Sort(wanted);
        CandidateBuffer candidates = new(effort.Candidates, rows.Count);
        ScannedBlocks blocks = new(scratch);
        Scan(partition, codebook, ranked, prepared, ref blocks, ref candidates);
        var best = candidates.Best();
        _candidates += best.Length;
        ranking.Rank(blocks.Rows(best));
        candidates.Dispose();
    }

    private void Scan(Partition partition, Codebook codebook, RankedLists ranked, scoped ReadOnlySpan<float> prepared, ref ScannedBlocks blocks, ref CandidateBuffer candidates)
    {
        using QueryTable table = new(codebook, prepared, codebook.HasNorm);
        ScanContext scan = new(rows, codebook.Metric, codebook.Codes, _question.Version, _question.IsPast, _question.NowMs, _question.Age);
        // The scores of lists under L2 lack the query's own square, without which they cannot be weighed by age.
        float missing = codebook.HasNorm ? TensorPrimitives.SumOfSquares(prepared) : 0;
        fixed (byte* bytes = table.Bytes)
        {
            ChunksAhead ahead = new(partition, ranked, ChunkMemory.RowsAt(lists.ChunkEntries, codebook.Codes));
            for (int i = 0; i < ranked.Count; i++)
            {
                if (i > 0 && IsTimeOver())
                    return;
                int baseKey = CandidateBuffer.Key((ranked.Score(i) - missing + table.Low) / table.Step);
                if (!_question.Age.Matters && candidates.Threshold > baseKey + table.MaxTotal)
                    continue;
                ChunkMemory[] chunks = partition.Chunks(ranked.List(i));
                _lists++;
                _chunks += chunks.Length;
                _entries += CodeScan.Scan(chunks, bytes, scan, baseKey, ref ahead, ref blocks, ref candidates);
            }
        }
    }

    private bool IsTimeOver()
    {
        if (!deadline.IsOver)
            return false;
        _cut = SearchCut.Time;
        return true;
    }

    private readonly SearchWork Work(long scored) => new()
    {
        Lists = _lists, Chunks = _chunks, Entries = _entries, Candidates = _candidates, Listed = _listed, Scored = scored, Path = _path, Cut = _cut,
    };
}
