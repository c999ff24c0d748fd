namespace Streaming.Memory.Rows;

/// <summary>A fixed number of rows and which of them are free. The writer's, but for the rows themselves.</summary>
/// <param name="number">The page's number.</param>
/// <param name="rows">Rows in it.</param>
/// <param name="stride">Bytes from one row to the next.</param>
/// <param name="tracksUse">Whether it is kept when a row was last used.</param>
internal sealed unsafe class RowPage(int number, int rows, int stride, bool tracksUse) : IDisposable
{
    private readonly NativeBlock _block = new((long)rows * stride);
    private readonly Stack<int> _returned = new();
    private readonly System.Collections.BitArray _taken = new(rows);
    private readonly uint[] _usedSeconds = tracksUse ? new uint[rows] : [];
    private int _reach;

    public int Number { get; } = number;

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; } = stride;

    /// <summary>Rows that were ever taken: the memory of those above was never touched, and holds anything.</summary>
    public int Reach => Volatile.Read(ref _reach);

    /// <summary>Bytes of the rows that were ever taken.</summary>
    public long TouchedBytes => (long)Reach * (Stride + (tracksUse ? sizeof(uint) : 0));

    public int UsedRows => Reach - _returned.Count;

    public bool IsFull => _returned.Count == 0 && Reach == rows;

    public Row Row(int index) => new(_block.Address + (long)index * Stride);

    public bool IsTaken(int index) => _taken[index];

    /// <summary>When a row was last used, in seconds since 1970; 0 = never, or not kept. Readers write it, without waiting for each other.</summary>
    public ref uint UsedSeconds(int index) => ref _usedSeconds[index];

    public int Take()
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
        return index;
    }

    public void Return(int index)
    {
        _taken[index] = false;
        _returned.Push(index);
    }

    public void Dispose() => _block.Dispose();
}
