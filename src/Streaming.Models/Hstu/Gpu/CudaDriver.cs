using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The calls of the CUDA driver API that the engine needs. Zero is success.</summary>
internal static unsafe partial class CudaDriver
{
    public const int MultiprocessorCount = 16, ComputeMajor = 75, ComputeMinor = 76, CooperativeLaunch = 95, SharedMemoryOptIn = 97;
    public const int FunctionRegisters = 4, FunctionLocalBytes = 3, FunctionMaxDynamicShared = 8;
    public const uint SpinWhileWaiting = 1, HostMapped = 2;

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuInit")]
    public static partial int Init(uint flags);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuDriverGetVersion")]
    public static partial int DriverGetVersion(out int version);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuDeviceGetCount")]
    public static partial int DeviceGetCount(out int count);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuDeviceGet")]
    public static partial int DeviceGet(out int device, int ordinal);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuDeviceGetName")]
    public static partial int DeviceGetName(byte* name, int length, int device);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuDeviceGetAttribute")]
    public static partial int DeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuDevicePrimaryCtxSetFlags_v2")]
    public static partial int PrimaryContextSetFlags(int device, uint flags);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuDevicePrimaryCtxRetain")]
    public static partial int PrimaryContextRetain(out nint context, int device);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    public static partial int PrimaryContextRelease(int device);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuCtxSetCurrent")]
    public static partial int ContextSetCurrent(nint context);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuModuleLoadData")]
    public static partial int ModuleLoadData(out nint module, byte* image);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuModuleUnload")]
    public static partial int ModuleUnload(nint module);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuModuleGetFunction", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuFuncSetAttribute")]
    public static partial int FunctionSetAttribute(nint function, int attribute, int value);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuFuncGetAttribute")]
    public static partial int FunctionGetAttribute(out int value, int attribute, nint function);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemAlloc_v2")]
    public static partial int MemoryAllocate(out nint address, nuint bytes);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemFree_v2")]
    public static partial int MemoryFree(nint address);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemHostAlloc")]
    public static partial int HostAllocate(out nint address, nuint bytes, uint flags);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemFreeHost")]
    public static partial int HostFree(nint address);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemHostGetDevicePointer_v2")]
    public static partial int HostGetDevicePointer(out nint address, nint host, uint flags);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemcpyHtoDAsync_v2")]
    public static partial int CopyUp(nint device, nint host, nuint bytes, nint stream);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemcpyDtoHAsync_v2")]
    public static partial int CopyDown(nint host, nint device, nuint bytes, nint stream);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemcpyDtoDAsync_v2")]
    public static partial int CopyWithin(nint to, nint from, nuint bytes, nint stream);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuMemsetD8Async")]
    public static partial int MemorySet(nint address, byte value, nuint bytes, nint stream);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuStreamCreate")]
    public static partial int StreamCreate(out nint stream, uint flags);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuStreamSynchronize")]
    public static partial int StreamSynchronize(nint stream);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuStreamDestroy_v2")]
    public static partial int StreamDestroy(nint stream);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuStreamWaitEvent")]
    public static partial int StreamWait(nint stream, nint happening, uint flags);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuStreamBeginCapture_v2")]
    public static partial int StreamBeginCapture(nint stream, int mode);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuStreamEndCapture")]
    public static partial int StreamEndCapture(nint stream, out nint graph);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuGraphInstantiateWithFlags")]
    public static partial int GraphInstantiate(out nint program, nint graph, ulong flags);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuGraphLaunch")]
    public static partial int GraphLaunch(nint program, nint stream);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuGraphExecDestroy")]
    public static partial int GraphExecDestroy(nint program);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuGraphDestroy")]
    public static partial int GraphDestroy(nint graph);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuLaunchCooperativeKernel")]
    public static partial int LaunchCooperative(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, nint stream, void** arguments);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuLaunchKernelEx")]
    public static partial int Launch(in CudaLaunch launch, nint function, void** arguments, void** extra);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuTensorMapEncodeTiled")]
    public static partial int TensorMapEncodeTiled(
        void* map, uint elementType, uint rank, nint address, ulong* sizes, ulong* strides, uint* box, uint* elementStrides,
        uint interleave, uint swizzle, uint promotion, uint outOfBounds);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuEventCreate")]
    public static partial int EventCreate(out nint happening, uint flags);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuEventRecord")]
    public static partial int EventRecord(nint happening, nint stream);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuEventElapsedTime")]
    public static partial int EventElapsedTime(out float milliseconds, nint start, nint end);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuEventDestroy_v2")]
    public static partial int EventDestroy(nint happening);

    [LibraryImport(CudaNames.Driver, EntryPoint = "cuGetErrorString")]
    private static partial int GetErrorString(int error, out nint text);

    /// <summary>Throws when a call failed.</summary>
    /// <exception cref="CudaException">The message has the driver's words.</exception>
    public static void Require(int result, string doing)
    {
        if (result == 0) return;
        var text = GetErrorString(result, out var address) == 0 ? Marshal.PtrToStringUTF8(address) : null;
        throw new CudaException($"The CUDA driver failed while {doing}: {text ?? "unknown error"} ({result}).");
    }
}
