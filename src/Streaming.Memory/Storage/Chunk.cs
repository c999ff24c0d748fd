using System.Numerics.Tensors;

namespace Streaming.Memory.Storage;

/// <summary>
/// Append-only rows; one writer, any number of readers. Column layout, row r of dimension d:
/// <code>
///   _vectors    float  [r·d .. r·d + d)   contiguous, so that a scan streams
///   _norms      float  [r]                |vector|
///   _begins     long   [r]                first version that sees the row
///   _ends       long   [r]                first version that no longer sees it; NeverEnds while it is live
///   _entries    object [r]
/// </code>
/// </summary>
/// <remarks>
/// A row's columns are written before <see cref="Rows"/> is raised over it with release semantics, and readers load Rows with acquire
/// semantics, so no reader meets a half-written row. Afterwards only the row's end changes, once, from NeverEnds to a version that is
/// not published yet: a reader of any published version v answers v &lt; end the same whether it meets the old end or the new one.
/// Nothing is ever overwritten or reused; the garbage collector frees a chunk when no view and no entry refers to it.
/// </remarks>
internal sealed class Chunk
{
    public const long NeverEnds = long.MaxValue;

    private readonly int _dimension;
    private readonly float[] _vectors;
    private readonly float[] _norms;
    private readonly long[] _begins;
    private readonly long[] _ends;
    private readonly MemoryEntry[] _entries;
    private int _rows;

    public Chunk(int capacity, int dimension)
    {
        _dimension = dimension;
        _vectors = GC.AllocateUninitializedArray<float>(capacity * dimension);
        _norms = new float[capacity];
        _begins = new long[capacity];
        _ends = new long[capacity];
        _entries = new MemoryEntry[capacity];
    }

    /// <summary>Rows that readers may look at.</summary>
    public int Rows => Volatile.Read(ref _rows);

    public bool IsFull => _rows == _entries.Length;

    /// <summary>Rows that have not ended. The writer's own count.</summary>
    public int LiveRows { get; private set; }

    public long SizeBytes => (long)_entries.Length * (_dimension * sizeof(float) + sizeof(float) + 2 * sizeof(long) + IntPtr.Size);

    /// <summary>The first <paramref name="rows"/> vectors, one after another.</summary>
    public ReadOnlySpan<float> Vectors(int rows) => _vectors.AsSpan(0, rows * _dimension);

    public ReadOnlySpan<float> Norms(int rows) => _norms.AsSpan(0, rows);

    public ReadOnlySpan<float> Vector(int row) => _vectors.AsSpan(row * _dimension, _dimension);

    public MemoryEntry Entry(int row) => _entries[row];

    public bool IsVisible(int row, long version) => _begins[row] <= version && version < Volatile.Read(ref _ends[row]);

    public bool IsLive(int row) => _ends[row] == NeverEnds;

    public void Append(MemoryEntry entry, ReadOnlySpan<float> vector, long begin)
    {
        int row = _rows;
        vector.CopyTo(_vectors.AsSpan(row * _dimension, _dimension));
        _norms[row] = TensorPrimitives.Norm(vector);
        _begins[row] = begin;
        _ends[row] = NeverEnds;
        _entries[row] = entry;
        entry.Location = new RowLocation(this, row);
        LiveRows++;
        // Last: it publishes the columns above to readers that already hold this chunk.
        Volatile.Write(ref _rows, row + 1);
    }

    /// <summary>Ends a live row at a version that is not published yet.</summary>
    public void End(int row, long version)
    {
        Volatile.Write(ref _ends[row], version);
        LiveRows--;
    }

    /// <summary>Appends the live rows to <paramref name="target"/>; this chunk stays as it is for the readers that hold it.</summary>
    public void CopyLiveRowsTo(Chunk target)
    {
        for (int row = 0; row < _rows; row++)
        {
            if (IsLive(row))
                target.Append(_entries[row], Vector(row), _begins[row]);
        }
    }
}
