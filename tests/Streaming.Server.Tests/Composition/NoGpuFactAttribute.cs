using Streaming.Models.Hstu.Gpu;

namespace Streaming.Server.Tests.Composition;

/// <summary>A test of a machine without a GPU; skipped with one line where there is one.</summary>
public sealed class NoGpuFactAttribute : FactAttribute
{
    public NoGpuFactAttribute()
    {
        if (GpuAvailability.Check() is { IsAvailable: true } gpu)
            Skip = $"This machine has a GPU: {gpu.Message}.";
    }
}
