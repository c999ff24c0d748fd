namespace Streaming.Models.SemanticIds;

/// <summary>Which vector registers an assignment uses. Every width gives the same codes and the same distances, bit for bit.</summary>
public enum SimdWidth
{
    /// <summary>The widest that this processor has.</summary>
    Best,

    /// <summary>4 floats: every processor.</summary>
    Portable,

    /// <summary>8 floats: AVX2.</summary>
    Vector256,

    /// <summary>16 floats: AVX-512.</summary>
    Vector512,
}
