namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>Largest differences from exact arithmetic that are accepted, for values of unit-length embeddings.</summary>
public static class GpuBounds
{
    public const double Bf16 = 0.02;

    public const double Fp8 = 0.1;
}
