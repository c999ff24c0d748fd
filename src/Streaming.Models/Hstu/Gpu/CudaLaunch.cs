using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The driver's <c>CUlaunchConfig</c>, 56 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CudaLaunch
{
    public uint GridX, GridY, GridZ, BlockX, BlockY, BlockZ, SharedBytes;
    public nint Stream;
    public CudaLaunchAttribute* Attributes;
    public uint AttributeCount;
}

/// <summary>The driver's <c>CUlaunchAttribute</c>, 72 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 72)]
internal struct CudaLaunchAttribute
{
    private const uint ClusterDimension = 4, ProgrammaticStreamSerialization = 6;

    public uint Id, Padding, X, Y, Z;

    /// <summary>Clusters of so many blocks.</summary>
    public static CudaLaunchAttribute Cluster(uint x, uint y = 1, uint z = 1) => new() { Id = ClusterDimension, X = x, Y = y, Z = z };

    /// <summary>The kernel may start before the one before it has ended; it waits for it by itself.</summary>
    public static CudaLaunchAttribute Chained() => new() { Id = ProgrammaticStreamSerialization, X = 1 };
}
