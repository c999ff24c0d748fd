using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The kernel's one parameter: <c>struct Params</c> of HstuStep.cu, field for field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GpuStepArguments
{
    public nint Inputs, Outputs, Pool, PageTable;
    public nint ContentWeight, ContentBias, Actions, Unknown;
    public nint Uvqk, OutputWeight;
    public nint OutputBias, Position, Tau, HeadWeight, HeadBias;
    public nint BucketBounds, BucketOfPower;
    public nint X, U, Q, A, Partials;
    public nint Buckets, Rows, Anchors;
    public nint Barrier, Counters;
    public int Count, WantOutput;
    public uint BarrierBase, Padding;
}
