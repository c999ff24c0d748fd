namespace Streaming.Models.Hstu.Cpu;

/// <summary>The rows that a batch computes: which token's, in which order, with which time distances.</summary>
/// <remarks>
/// Two kinds lie one behind the other, so that each is one block for a matrix product. <b>Commits</b> make a token's K/V final and need nothing
/// of the last layer but its K/V; <b>answers</b> run to the end and become embeddings. Attention takes the rows in the order of <see cref="Add"/>.
/// <code>
/// rows:  commit 0 .. Commits-1 | answer 0 .. Answers-1
/// </code>
/// </remarks>
internal sealed class BatchRows(int capacity, int window, bool timeBias)
{
    private readonly Row[] _rows = new Row[capacity];
    private readonly int[] _order = new int[capacity];
    private readonly byte[] _buckets = timeBias ? new byte[(long)capacity * window] : [];
    private int _nextCommit;
    private int _nextAnswer;

    public int Commits { get; private set; }

    public int Answers { get; private set; }

    public int Count => Commits + Answers;

    /// <summary>Row indices in the order of attention.</summary>
    public ReadOnlySpan<int> Order => _order.AsSpan(0, Count);

    public ref readonly Row this[int row] => ref _rows[row];

    /// <summary>Starts a batch of so many rows.</summary>
    public void Begin(int commits, int answers) => (Commits, Answers, _nextCommit, _nextAnswer) = (commits, answers, 0, commits);

    /// <summary>Adds a row. The event times of its window must be in the sequence, its own excepted.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="token">The token.</param>
    /// <param name="anchor">The time that its distances are measured from.</param>
    /// <param name="answer">The kind.</param>
    /// <returns>The row's index.</returns>
    public int Add(KvSequence sequence, long token, long anchor, bool answer)
    {
        var row = answer ? _nextAnswer++ : _nextCommit++;
        var oldest = Math.Max(0, token - window + 1);
        _order[_nextCommit + _nextAnswer - Commits - 1] = row;
        _rows[row] = new Row(sequence, token, oldest);
        if (timeBias) FindBuckets(sequence, oldest, anchor, BucketsOf(row)[..(int)(token - oldest + 1)]);
        return row;
    }

    /// <summary>The time bucket of each token of the row's window, oldest first; empty without time bias.</summary>
    public ReadOnlySpan<byte> Buckets(int row) => timeBias ? BucketsOf(row)[.._rows[row].Count] : [];

    /// <summary>Drops the references to sequences.</summary>
    public void Clear() => _rows.AsSpan(0, Count).Clear();

    private Span<byte> BucketsOf(int row) => _buckets.AsSpan(row * window, window);

    private static void FindBuckets(KvSequence sequence, long oldest, long anchor, Span<byte> buckets)
    {
        for (var done = 0; done < buckets.Length;)
        {
            var times = sequence.Times(oldest + done);
            if (times.Length > buckets.Length - done) times = times[..(buckets.Length - done)];
            HstuTimeBucket.Of(anchor, times, buckets[done..]);
            done += times.Length;
        }
    }

    /// <summary>A token's row.</summary>
    internal readonly record struct Row(KvSequence Sequence, long Token, long Oldest)
    {
        /// <summary>Tokens of its window.</summary>
        public int Count => (int)(Token - Oldest) + 1;
    }
}
