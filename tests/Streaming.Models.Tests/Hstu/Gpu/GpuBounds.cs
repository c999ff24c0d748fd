namespace Streaming.Models.Tests.Hstu.Gpu;

/// <summary>Largest differences from exact arithmetic that are accepted, for values of unit-length embeddings. Measured on the cases: up to 0.0027 and 0.0069.</summary>
public static class GpuBounds
{
    public const double Bf16 = 0.006;

    public const double Fp8 = 0.02;

    /// <summary>Of the tensor-core prefill from the exact one, root mean square over a layer's keys or values, as a share of theirs.</summary>
    public const double PrefillRms = 0.02;

    /// <summary>The same anywhere, as a share of that plus the value's own size.</summary>
    public const double PrefillMost = 0.3;
}
