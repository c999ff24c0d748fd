namespace Streaming.Memory.Rules;

/// <summary>How a namespace holds the numbers of its vectors, and so what scores are computed from.</summary>
public enum VectorFormat
{
    /// <summary>IEEE half precision, 2 bytes a number: 11 significant bits, magnitudes up to 65,504.</summary>
    HalfPrecision,

    /// <summary>Single precision, 4 bytes a number: as given.</summary>
    SinglePrecision,
}
