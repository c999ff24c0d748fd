using Streaming.Models.Hstu.Gpu;
using Streaming.Models.Hstu.Gpu.Prefill;

namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>A theory that needs a GPU of the generation that the tensor-core prefill is written for; skipped with one line elsewhere.</summary>
public sealed class TensorCoreTheoryAttribute : TheoryAttribute
{
    public TensorCoreTheoryAttribute()
    {
        var gpu = GpuAvailability.Check();
        Skip = gpu.IsAvailable ? PrefillNeeds.Obstacle(PrefillNeeds.OfDevice(gpu.Message, gpu.ComputeCapability!)) : gpu.Message;
    }
}
