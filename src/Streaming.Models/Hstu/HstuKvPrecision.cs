namespace Streaming.Models.Hstu;

/// <summary>How keys and values are kept.</summary>
public enum HstuKvPrecision
{
    /// <summary>bfloat16, rounded to nearest even: half the memory and half the bytes of a step.</summary>
    Bf16,

    /// <summary>float32, for comparison with references.</summary>
    Fp32,
}
