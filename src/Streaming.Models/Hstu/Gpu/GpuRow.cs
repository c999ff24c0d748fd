using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>A row of the batch as the kernel reads it: <c>struct RowIn</c> of Kernels/1-Shape.cu, 48 bytes, with the content behind it.</summary>
[StructLayout(LayoutKind.Sequential, Size = 48)]
internal struct GpuRow
{
    public int Sequence, Action, Slot, Count;
    public long Time, Anchor;
    public int Known, Output;
}
