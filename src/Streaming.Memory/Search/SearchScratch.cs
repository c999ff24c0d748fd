namespace Streaming.Memory.Search;

/// <summary>The working memory of searches on one thread, kept between them.</summary>
internal sealed class SearchScratch
{
    [ThreadStatic]
    private static SearchScratch? _ofThread;

    private float[] _prepared = [];
    private float[] _scores = [];
    private int[] _lists = [];
    private float[] _sortedScores = [];
    private int[] _sortedLists = [];
    private float[] _rowScores = [];
    private int[] _rowKeys = [];
    private int[] _rows = [];
    private nint[] _blocks = new nint[1_024];
    private int[] _seen = [];
    private int _generation;
    private int _seenCount;

    public static SearchScratch OfThread => _ofThread ??= new();

    public Span<float> Prepared(int length) => Grown(ref _prepared, length).AsSpan(0, length);

    /// <summary>Room for the numbers of so many rows.</summary>
    public Span<int> Rows(int length) => Grown(ref _rows, length).AsSpan(0, length);

    /// <summary>Room for so many blocks at least, which keeps what it holds.</summary>
    public Span<nint> Blocks(int atLeast)
    {
        if (_blocks.Length < atLeast)
            Array.Resize(ref _blocks, Math.Max(atLeast, 2 * _blocks.Length));
        return _blocks;
    }

    /// <summary>Room for so many lists.</summary>
    public RankedLists Lists(int most) => new(Grown(ref _scores, most), Grown(ref _lists, most), this);

    /// <summary>Room for so many lists in another order.</summary>
    public (float[] Scores, int[] Lists) SortedLists(int most) => (Grown(ref _sortedScores, most), Grown(ref _sortedLists, most));

    /// <summary>Room for the scores of so many rows, and for integers of the same order.</summary>
    public (float[] Scores, int[] Keys) RowScores(int most) => (Grown(ref _rowScores, most), Grown(ref _rowKeys, most));

    /// <summary>Forgets the rows seen.</summary>
    public void ForgetSeen()
    {
        _seenCount = 0;
        if (++_generation == int.MaxValue)
        {
            Array.Clear(_seen);
            _generation = 1;
        }
    }

    /// <summary>True the first time a row comes. While entries move, a search may meet one in its old and in its new place.</summary>
    public bool SeeFirst(int row)
    {
        if (4 * ++_seenCount > _seen.Length)
            GrowSeen();
        return See(row);
    }

    // Pairs of generation and row; at most half of them of this generation.
    private bool See(int row)
    {
        int mask = _seen.Length / 2 - 1;
        for (int at = (int)((uint)row * 2_654_435_769u >> 7) & mask; ; at = (at + 1) & mask)
        {
            if (_seen[2 * at] != _generation)
            {
                _seen[2 * at] = _generation;
                _seen[2 * at + 1] = row;
                return true;
            }
            if (_seen[2 * at + 1] == row)
                return false;
        }
    }

    private void GrowSeen()
    {
        int[] old = _seen;
        _seen = new int[Math.Max(512, 2 * old.Length)];
        for (int at = 0; at < old.Length; at += 2)
        {
            if (old[at] == _generation)
                See(old[at + 1]);
        }
    }

    private static T[] Grown<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[Math.Max(length, 2 * array.Length)];
        return array;
    }
}
