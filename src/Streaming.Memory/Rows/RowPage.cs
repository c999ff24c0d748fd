namespace Streaming.Memory.Rows;

/// <summary>A fixed number of rows and which of them are free: all heads, and behind them all vectors. The writer's, but for the rows themselves.</summary>
/// <param name="number">The page's number.</param>
/// <param name="rows">Rows in it.</param>
/// <param name="vectorBytes">Bytes of a vector; 0 = the rows have none.</param>
/// <param name="tracksUse">Whether it is kept when a row was last used.</param>
internal sealed unsafe class RowPage(int number, int rows, int vectorBytes, bool tracksUse) : IDisposable
{
    private const int BlockRows = 2_048;
    private readonly NativeBlock _block = new(VectorsAt(rows) + (long)rows * vectorBytes);
    private readonly Stack<int> _returned = new();
    private readonly System.Collections.BitArray _taken = new(rows);
    private readonly uint[] _usedSeconds = tracksUse ? new uint[rows] : [];
    private readonly long[] _oldestMs = [.. Enumerable.Repeat(long.MaxValue, Math.Max(1, rows / BlockRows))];
    private int _reach;

    public int Number { get; } = number;

    /// <summary>Bytes of a vector; 0 = the rows have none.</summary>
    public int VectorBytes { get; } = vectorBytes;

    /// <summary>Rows that were ever taken: the memory of those above was never touched, and holds anything.</summary>
    public int Reach => Volatile.Read(ref _reach);

    /// <summary>Bytes of the rows that were ever taken.</summary>
    public long TouchedBytes => (long)Reach * (Rows.Row.HeadBytes + VectorBytes + (tracksUse ? sizeof(uint) : 0));

    public int UsedRows => Reach - _returned.Count;

    public bool IsFull => _returned.Count == 0 && Reach == rows;

    public Row Row(int index) => new(_block.Address + (long)index * Rows.Row.HeadBytes, _block.Address + VectorsAt(rows) + (long)index * VectorBytes);

    public bool IsTaken(int index) => _taken[index];

    /// <summary>When a row was last used, in seconds since 1970; 0 = never, or not kept. Readers write it, without waiting for each other.</summary>
    public ref uint UsedSeconds(int index) => ref _usedSeconds[index];

    /// <summary>Blocks whose oldest row is kept.</summary>
    public int Blocks => _oldestMs.Length;

    /// <summary>No live row of a block has an earlier event time; unix ms, <see cref="long.MaxValue"/> when there is none. Any thread.</summary>
    public long OldestMs(int block) => Volatile.Read(ref _oldestMs[block]);

    /// <param name="eventTimeMs">Of the row that is about to be written.</param>
    public int Take(long eventTimeMs)
    {
        if (!_returned.TryPop(out int index))
        {
            // Whoever comes upon the number of a row of an earlier page in this place finds an ended row, or none.
            index = _reach;
            Row(index).Hide();
            Volatile.Write(ref _reach, index + 1);
        }
        _taken[index] = true;
        if (tracksUse)
            _usedSeconds[index] = 0;
        ref long oldest = ref _oldestMs[index / BlockRows];
        if (eventTimeMs < oldest)
            Volatile.Write(ref oldest, eventTimeMs);
        return index;
    }

    public void Return(int index)
    {
        _taken[index] = false;
        _returned.Push(index);
    }

    /// <summary>Looks at a block's rows.</summary>
    /// <returns>The earliest event time of a live one, as <see cref="OldestMs"/> says from now on.</returns>
    public long FindOldest(int block)
    {
        long oldest = long.MaxValue;
        for (int i = block * BlockRows; i < Math.Min((block + 1) * BlockRows, _reach); i++)
        {
            if (IsTaken(i) && Row(i) is var row && row.IsLive)
                oldest = Math.Min(oldest, row.EventTimeMs);
        }
        Volatile.Write(ref _oldestMs[block], oldest);
        return oldest;
    }

    public void Dispose() => _block.Dispose();

    // From a whole cache line on.
    private static long VectorsAt(int rows) => ((long)rows * Rows.Row.HeadBytes + NativeBlock.CacheLine - 1) / NativeBlock.CacheLine * NativeBlock.CacheLine;
}
