using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The driver's <c>CUlaunchConfig</c>, 56 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CudaLaunch
{
    public uint GridX, GridY, GridZ, BlockX, BlockY, BlockZ, SharedBytes;
    public nint Stream;
    public CudaClusterAttribute* Attributes;
    public uint AttributeCount;
}

/// <summary>The driver's <c>CUlaunchAttribute</c> for the size of a cluster, 72 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 72)]
internal struct CudaClusterAttribute
{
    private const uint ClusterDimension = 4;

    /// <summary>A cluster of so many blocks.</summary>
    public CudaClusterAttribute(uint blocks) => (Id, X, Y, Z) = (ClusterDimension, blocks, 1, 1);

    public uint Id, Padding, X, Y, Z;
}
