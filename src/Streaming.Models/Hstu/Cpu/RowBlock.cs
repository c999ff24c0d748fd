namespace Streaming.Models.Hstu.Cpu;

/// <summary>Some successive rows of a matrix in memory.</summary>
/// <param name="Start">The first row's first number.</param>
/// <param name="Stride">Numbers from one row to the next.</param>
/// <param name="Count">Rows.</param>
internal readonly unsafe record struct RowBlock(nint Start, int Stride, int Count)
{
    public float* Row(int row) => (float*)Start + ((long)row * Stride);
}
