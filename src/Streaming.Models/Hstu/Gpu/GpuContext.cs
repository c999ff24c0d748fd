namespace Streaming.Models.Hstu.Gpu;

/// <summary>A device's primary context with a stream, and all memory that was taken through it.</summary>
internal sealed class GpuContext : IDisposable
{
    private const uint NonBlocking = 1;
    private readonly List<nint> _device = [];
    private readonly List<nint> _host = [];
    private readonly int _handle;
    private readonly nint _context;

    /// <summary>Opens the device; the caller has asked <see cref="GpuAvailability.Check"/>.</summary>
    public GpuContext(int ordinal)
    {
        CudaDriver.Require(CudaDriver.Init(0), "starting");
        Info = GpuInfo.Read(ordinal);
        CudaDriver.Require(CudaDriver.DeviceGet(out _handle, ordinal), "opening the device");
        // A step is tens of microseconds; a sleeping wait would cost as much. Refused when the context is in use already, which is no harm.
        _ = CudaDriver.PrimaryContextSetFlags(_handle, CudaDriver.SpinWhileWaiting);
        CudaDriver.Require(CudaDriver.PrimaryContextRetain(out _context, _handle), "making a context");
        MakeCurrent();
        CudaDriver.Require(CudaDriver.StreamCreate(out var stream, NonBlocking), "making a stream");
        Stream = stream;
    }

    public GpuInfo Info { get; }

    public nint Stream { get; }

    /// <summary>Binds the context to the calling thread.</summary>
    public void MakeCurrent() => CudaDriver.Require(CudaDriver.ContextSetCurrent(_context), "choosing the context");

    /// <summary>Device memory, zeroed.</summary>
    /// <exception cref="CudaException">There is not as much.</exception>
    public nint Allocate(long bytes, string purpose)
    {
        CudaDriver.Require(CudaDriver.MemoryAllocate(out var address, (nuint)Math.Max(bytes, 256)), $"taking {bytes} bytes of device memory for {purpose}");
        _device.Add(address);
        CudaDriver.Require(CudaDriver.MemorySet(address, 0, (nuint)bytes, Stream), $"clearing the memory for {purpose}");
        return address;
    }

    /// <summary>Pinned host memory that the device can read and write, and its address there.</summary>
    public (nint Host, nint Device) AllocateHost(long bytes, string purpose)
    {
        CudaDriver.Require(CudaDriver.HostAllocate(out var host, (nuint)Math.Max(bytes, 256), CudaDriver.HostMapped), $"taking {bytes} bytes of pinned memory for {purpose}");
        _host.Add(host);
        CudaDriver.Require(CudaDriver.HostGetDevicePointer(out var device, host, 0), $"mapping the memory for {purpose}");
        return (host, device);
    }

    /// <summary>Waits for all that was queued.</summary>
    public void Wait() => CudaDriver.Require(CudaDriver.StreamSynchronize(Stream), "waiting for the device");

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = CudaDriver.ContextSetCurrent(_context);
        _ = CudaDriver.StreamSynchronize(Stream);
        foreach (var address in _device) _ = CudaDriver.MemoryFree(address);
        foreach (var address in _host) _ = CudaDriver.HostFree(address);
        _ = CudaDriver.StreamDestroy(Stream);
        _ = CudaDriver.PrimaryContextRelease(_handle);
    }
}
