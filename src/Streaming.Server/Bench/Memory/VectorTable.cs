using System.Runtime.InteropServices;

namespace Streaming.Server.Bench.Memory;

/// <summary>Vectors one after the other, as the files of the peers hold them: float32, little-endian, no header.</summary>
/// <param name="Numbers">Count × <paramref name="Dimension"/>, row-major.</param>
/// <param name="Dimension">Numbers in a vector.</param>
internal sealed record VectorTable(float[] Numbers, int Dimension)
{
    public int Count => Numbers.Length / Dimension;

    public Span<float> this[int row] => Numbers.AsSpan(row * Dimension, Dimension);

    public void Write(string path)
    {
        using var file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes(Numbers.AsSpan()));
    }

    /// <summary>The named vectors, copied, in the order of their numbers.</summary>
    public VectorTable Pick(IReadOnlyList<int> rows)
    {
        var picked = new VectorTable(new float[rows.Count * Dimension], Dimension);
        for (var i = 0; i < rows.Count; i++)
            this[rows[i]].CopyTo(picked[i]);
        return picked;
    }
}
