using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>What all kernels of a prefill share: <c>struct Call</c> of Kernels/Prefill/shape.cuh, field for field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PrefillCall
{
    public nint Sequences, PageTable, Pool;
    public nint X, Xb, Stats, U, Q, Y, Partials, Buckets;
    public nint ColumnSums, OutputBias, Position, Tau, BucketBounds;
    public int TableStride, PageRows, Layers, Window, Tiles, Rows;
    public int SharedCard, Unused;
}

/// <summary>What the entry needs besides: <c>struct Entry</c> of Kernels/Prefill/embed.cuh.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PrefillEntry
{
    public nint Inputs, ContentWeight, ContentBias, Actions, Unknown;
}

/// <summary>One sequence of a call: <c>struct Sequence</c> of Kernels/Prefill/shape.cuh, 16 bytes.</summary>
/// <param name="First">Tokens cached, by <see cref="PrefillPlan.Folded"/>.</param>
/// <param name="Count">New tokens.</param>
/// <param name="Table">Row of the page table.</param>
/// <param name="Input">Where the new tokens' rows begin.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PrefillSequence(int First, int Count, int Table, int Input);
