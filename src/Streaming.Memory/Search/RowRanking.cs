using System.Numerics.Tensors;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Search;

/// <summary>Scores rows from their vectors and keeps the best that the search wants. Rents; returned on dispose.</summary>
/// <remarks>Whether a row is wanted is asked last, of the few whose score would enter: the answer lies in memory that scoring does not touch.</remarks>
internal unsafe ref struct RowRanking
{
    private const int PrefetchAhead = 12;
    private const int AtOnce = 1_024;

    private readonly RowStore _rows;
    private readonly Question _question;
    private readonly float* _query;
    private readonly float _queryNorm;
    private readonly SearchScratch _scratch;
    private TopK _best;

    /// <param name="rows">The namespace's rows.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="query">The vector asked for, pinned by the caller.</param>
    /// <param name="k">Rows to keep.</param>
    /// <param name="scratch">Of this thread.</param>
    public RowRanking(RowStore rows, in Question question, float* query, int k, SearchScratch scratch)
    {
        _rows = rows;
        _question = question;
        _query = query;
        _queryNorm = TensorPrimitives.Norm(new ReadOnlySpan<float>(query, rows.Vectors.Dimension));
        _scratch = scratch;
        _scratch.ForgetSeen();
        _best = new TopK(rows, Math.Min(k, Math.Max(1, rows.Count)));
    }

    /// <summary>Rows that were scored.</summary>
    public long Scored { get; private set; }

    public readonly bool IsFull => _best.IsFull;

    /// <summary>Scores rows of a list, which hold their numbers as long as the search lasts.</summary>
    public void Rank(scoped ReadOnlySpan<int> candidates)
    {
        for (int at = 0; at < candidates.Length; at += AtOnce)
            RankAtOnce(candidates.Slice(at, Math.Min(AtOnce, candidates.Length - at)));
    }

    // All scores first, and then the best, which as a rule are all that is wanted: whether a score is good enough is as good as random, and heads are
    // memory that scores do not need.
    private void RankAtOnce(scoped ReadOnlySpan<int> candidates)
    {
        var (scores, keys) = _scratch.RowScores(AtOnce);
        Score(candidates, scores);
        for (int i = 0; i < candidates.Length; i++)
            keys[i] = Selection.Ordered(scores[i]);
        int least = candidates.Length > _best.Wanted ? Selection.Reached(keys.AsSpan(0, candidates.Length), _best.Wanted) : int.MinValue;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (keys[i] >= least)
                _rows[candidates[i]].PrefetchHead();
        }
        for (int i = 0; i < candidates.Length; i++)
        {
            if (keys[i] >= least)
                Offer(scores[i], candidates[i]);
        }
        for (int i = 0; i < candidates.Length && !(_best.IsFull && Selection.Ordered(_best.Threshold) >= least); i++)
        {
            if (keys[i] < least)
                Offer(scores[i], candidates[i]);
        }
    }

    private void Score(scoped ReadOnlySpan<int> candidates, Span<float> scores)
    {
        for (int i = 0; i < Math.Min(PrefetchAhead, candidates.Length); i++)
            _rows[candidates[i]].PrefetchVector(_rows.Vectors.Bytes);
        for (int i = 0; i < candidates.Length; i++)
        {
            if (i + PrefetchAhead < candidates.Length)
                _rows[candidates[i + PrefetchAhead]].PrefetchVector(_rows.Vectors.Bytes);
            scores[i] = Score(_rows[candidates[i]]);
        }
    }

    /// <summary>Scores the rows listed under a token. Such a row may have been given back since, so whether it is visible comes before its score.</summary>
    public void Rank(ReadOnlySpan<(uint Token, int Row)> listed, uint token)
    {
        for (int i = 0; i < listed.Length; i++)
        {
            if (i + PrefetchAhead < listed.Length && _rows.TryGet(listed[i + PrefetchAhead].Row, out Row ahead))
            {
                ahead.PrefetchHead();
                ahead.PrefetchVector(_rows.Vectors.Bytes);
            }
            if (listed[i].Token == token && _rows.TryGet(listed[i].Row, out Row record) && record.IsVisible(_question.Version) && record.Place >= 0)
                Offer(Score(record), listed[i].Row);
        }
    }

    /// <summary>The best, the highest score first; they are no longer kept then.</summary>
    public Neighbour[] Take() => _best.TakeSorted(_question.NowMs);

    public readonly void Dispose() => _best.Dispose();

    private void Offer(float score, int row)
    {
        if (score >= _best.Threshold && score >= _question.MinScore && _question.Wants(_rows[row], _rows.Attributes) && _scratch.SeeFirst(row))
            _best.Offer(score, row);
    }

    private float Score(Row record)
    {
        Scored++;
        float score = Score(record.Vector);
        return _question.Age.Matters ? AgeWeight.Apply(_question.Age.Of(record.EventTimeMs), score) : score;
    }

    private readonly float Score(byte* vector)
    {
        switch (_question.Metric)
        {
            case Metric.Dot:
                return _rows.Vectors.Dot(vector, _query);
            case Metric.Cosine:
                var (dot, square) = _rows.Vectors.DotAndSquare(vector, _query);
                return dot / (MathF.Sqrt(square) * _queryNorm);
            default:
                return -MathF.Sqrt(_rows.Vectors.SquaredDistance(vector, _query));
        }
    }
}
