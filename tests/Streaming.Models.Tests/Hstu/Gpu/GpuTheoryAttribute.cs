using Streaming.Models.Hstu.Gpu;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>A theory that needs a GPU; skipped with one line elsewhere.</summary>
public sealed class GpuTheoryAttribute : TheoryAttribute
{
    public GpuTheoryAttribute()
    {
        if (GpuAvailability.Check() is { IsAvailable: false } no) Skip = no.Message;
    }
}
