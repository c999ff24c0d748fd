using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The driver's <c>CUtensorMap</c> of a bfloat16 matrix, 128 bytes in native memory: how the copy engine finds boxes of 64 columns in it.</summary>
/// <remarks>A row of a box is 128 bytes in shared memory, swizzled as the matrix products want it.</remarks>
internal sealed unsafe class CudaTensorMap : IDisposable
{
    private const int Bytes = 128, Alignment = 64;
    private const uint Bfloat16 = 9, NotInterleaved = 0, Swizzle128Bytes = 3, Promote256Bytes = 3, FillWithZeros = 0;

    /// <summary>Describes a matrix.</summary>
    /// <param name="address">In device memory, a multiple of 16.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix, all of a row.</param>
    /// <param name="boxRows">Rows of a box, at most 256.</param>
    public CudaTensorMap(nint address, long rows, int columns, int boxRows)
    {
        Pointer = NativeMemory.AlignedAlloc(Bytes, Alignment);
        var sizes = stackalloc ulong[] { (ulong)columns, (ulong)rows };
        var strides = stackalloc ulong[] { (ulong)columns * 2 };
        var box = stackalloc uint[] { 64, (uint)boxRows };
        var steps = stackalloc uint[] { 1, 1 };
        CudaDriver.Require(
            CudaDriver.TensorMapEncodeTiled(Pointer, Bfloat16, 2, address, sizes, strides, box, steps, NotInterleaved, Swizzle128Bytes, Promote256Bytes, FillWithZeros),
            $"describing a matrix of {rows} rows and {columns} columns");
    }

    /// <summary>The map; a kernel's parameter is a copy of it.</summary>
    public void* Pointer { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
