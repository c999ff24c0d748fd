using Streaming.Core.Contracts;

namespace Streaming.Runtime.Creatives;

/// <summary>Turns a creative into its embedding. The result does not depend on what else is encoded.</summary>
public interface ICreativeEncoder
{
    /// <summary>Version of the encoder.</summary>
    string Version { get; }

    /// <summary>Numbers of an embedding.</summary>
    int Dimension { get; }

    /// <summary>Most creatives that are worth encoding together by <see cref="EncodeTexts"/>; 1 = none.</summary>
    int BatchMax { get; }

    /// <summary>False when pictures do not change an embedding.</summary>
    bool ReadsMedia { get; }

    /// <summary>Writes the L2-normalised embedding of a validated creative.</summary>
    /// <param name="creative">The creative.</param>
    /// <param name="media">Its pictures, which stay the caller's.</param>
    /// <param name="embedding"><see cref="Dimension"/> numbers.</param>
    void Encode(Creative creative, ICreativeMedia media, Span<float> embedding);

    /// <summary>The same for several creatives without pictures; each row is what <see cref="Encode"/> gives for it alone.</summary>
    /// <param name="creatives">At most <see cref="BatchMax"/>, validated.</param>
    /// <param name="embeddings">[creatives, <see cref="Dimension"/>]; undefined when this throws, which one creative may cause.</param>
    void EncodeTexts(IReadOnlyList<Creative> creatives, Span<float> embeddings);
}
