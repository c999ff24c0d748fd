using Streaming.Models.Hstu.Gpu;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>A test that needs a GPU; skipped with one line elsewhere.</summary>
public sealed class GpuFactAttribute : FactAttribute
{
    public GpuFactAttribute()
    {
        if (GpuAvailability.Check() is { IsAvailable: false } no) Skip = no.Message;
    }
}
