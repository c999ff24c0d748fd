namespace Streaming.Memory.Search;

/// <summary>Lists with their scores, the best first once <see cref="Sort"/> is called. On borrowed memory.</summary>
internal ref struct RankedLists(Span<float> scores, Span<int> lists)
{
    private readonly Span<float> _scores = scores;
    private readonly Span<int> _lists = lists;

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
        Span<float> scores = _scores[..Count];
        scores.Sort(_lists[..Count]);
        scores.Reverse();
        _lists[..Count].Reverse();
        Count = Math.Min(Count, wanted);
    }
}
