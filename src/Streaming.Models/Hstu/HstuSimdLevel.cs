namespace Streaming.Models.Hstu;

/// <summary>Which vector registers the CPU engine's loops use. Every level gives the same bits.</summary>
public enum HstuSimdLevel
{
    /// <summary>The widest that this processor has.</summary>
    Best,

    /// <summary>4 floats: every processor.</summary>
    Portable,

    /// <summary>8 floats: AVX2 with fused multiply-add.</summary>
    Vector256,

    /// <summary>16 floats: AVX-512.</summary>
    Vector512,
}
