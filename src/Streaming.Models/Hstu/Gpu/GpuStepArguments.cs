using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The kernel's one parameter: <c>struct Params</c> of Kernels/1-Shape.cu, field for field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GpuStepArguments
{
    /// <summary>Bytes of rows that travel with the launch itself. All parameters together may take 4,096.</summary>
    public const int InlineBytes = 3_584;

    /// <summary>Room for where the rows of each cluster begin, and where the last ends.</summary>
    public const int StartsBytes = 24;

    public nint Inputs, Outputs, Pool, PageTable;
    public nint ContentWeight, ContentBias, Actions, Unknown;
    public nint Uvqk, OutputWeight;
    public nint OutputBias, Position, Tau, HeadWeight, HeadBias;
    public nint BucketBounds, BucketOfPower;
    public nint X, U, Q, A, Partials;
    public nint Buckets, Rows, Anchors, Pages;
    public nint Barrier, Counters;
    public int Count, WantOutput;
    public uint BarrierBase;
    public int IsInline;
    public fixed byte Starts[StartsBytes];
    public int Layer, Unused;
    public fixed byte InlineRows[InlineBytes];
}
