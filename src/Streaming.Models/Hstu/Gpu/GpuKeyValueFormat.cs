namespace Streaming.Models.Hstu.Gpu;

/// <summary>How keys and values are kept in device memory.</summary>
public enum GpuKeyValueFormat
{
    /// <summary>bfloat16.</summary>
    Bf16,

    /// <summary>8-bit floats (e4m3) with one float32 scale for each row of a head: about half the bytes, less precise.</summary>
    Fp8,
}
