namespace Streaming.Models.Hstu.Gpu;

/// <summary>The device's own time between two points of a stream.</summary>
internal sealed class GpuStopwatch : IDisposable
{
    private readonly nint _stream;
    private readonly nint _start;
    private readonly nint _end;

    public GpuStopwatch(nint stream)
    {
        _stream = stream;
        CudaDriver.Require(CudaDriver.EventCreate(out _start, 0), "making an event");
        CudaDriver.Require(CudaDriver.EventCreate(out _end, 0), "making an event");
    }

    /// <summary>Marks the beginning.</summary>
    public void Start() => CudaDriver.Require(CudaDriver.EventRecord(_start, _stream), "recording an event");

    /// <summary>Marks the end.</summary>
    public void Stop() => CudaDriver.Require(CudaDriver.EventRecord(_end, _stream), "recording an event");

    /// <summary>The time between; the stream has been waited for.</summary>
    public TimeSpan Read()
    {
        CudaDriver.Require(CudaDriver.EventElapsedTime(out var milliseconds, _start, _end), "reading the time");
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = CudaDriver.EventDestroy(_start);
        _ = CudaDriver.EventDestroy(_end);
    }
}
