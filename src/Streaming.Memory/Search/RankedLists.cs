using System.Numerics;
using System.Runtime.Intrinsics;

namespace Streaming.Memory.Search;

/// <summary>Lists with their scores, the best first once <see cref="Sort"/> is called. On borrowed memory.</summary>
/// <param name="scores">Room for scores.</param>
/// <param name="lists">Room for as many lists.</param>
/// <param name="scratch">What <see cref="Sort"/> works in.</param>
internal unsafe ref struct RankedLists(Span<float> scores, Span<int> lists, SearchScratch scratch)
{
    // Counting grows with the square; comparing and swapping costs a wrongly taken branch at every second step.
    private const int MostCounted = 1_024;

    private Span<float> _scores = scores;
    private Span<int> _lists = lists;

    public int Count { get; private set; }

    public readonly float Score(int i) => _scores[i];

    public readonly int List(int i) => _lists[i];

    public void Add(float score, int list)
    {
        _scores[Count] = score;
        _lists[Count++] = list;
    }

    /// <summary>Puts the best first, and keeps <paramref name="wanted"/> of them.</summary>
    public void Sort(int wanted)
    {
        if (Count <= MostCounted)
        {
            SortByCounting(wanted);
            return;
        }
        Span<float> scores = _scores[..Count];
        scores.Sort(_lists[..Count]);
        scores.Reverse();
        _lists[..Count].Reverse();
        Count = Math.Min(Count, wanted);
    }

    // A score's rank is how many are higher, or equal and before it.
    private void SortByCounting(int wanted)
    {
        var (scores, lists) = scratch.SortedLists(Count);
        int kept = 0;
        fixed (float* all = _scores)
        {
            for (int i = 0; i < Count; i++)
            {
                int rank = CountBefore(all, i);
                if (rank >= wanted)
                    continue;
                scores[rank] = all[i];
                lists[rank] = _lists[i];
                kept++;
            }
        }
        _scores = scores;
        _lists = lists;
        Count = kept;
    }

    private readonly int CountBefore(float* all, int i)
    {
        var score = Vector512.Create(all[i]);
        int rank = 0, at = 0;
        for (; at <= Count - Vector512<float>.Count; at += Vector512<float>.Count)
        {
            var others = Vector512.Load(all + at);
            ulong before = at + Vector512<float>.Count <= i ? ulong.MaxValue : at > i ? 0 : (1ul << (i - at)) - 1;
            rank += BitOperations.PopCount(
                Vector512.GreaterThan(others, score).ExtractMostSignificantBits() | (Vector512.Equals(others, score).ExtractMostSignificantBits() & before));
        }
        for (; at < Count; at++)
            rank += all[at] > all[i] || (all[at] == all[i] && at < i) ? 1 : 0;
        return rank;
    }
}
