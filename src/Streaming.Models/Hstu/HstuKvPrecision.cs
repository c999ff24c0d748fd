namespace Streaming.Models.Hstu;

/// <summary>How keys and values are kept.</summary>
public enum HstuKvPrecision
{
    /// <summary>bfloat16, rounded to nearest even: half the memory and half the bytes of a step.</summary>
    Bf16,

    /// <summary>float32, for comparison with references.</summary>
    Fp32,

    /// <summary>
    /// 8-bit floats (e4m3) with a float32 scale for each token's row of a head, of K and of V, as the GPU engine keeps them; but held as float32, so
    /// they need the memory of <see cref="Fp32"/>. For stating what they cost in accuracy, and for checking the GPU.
    /// </summary>
    Fp8,
}
