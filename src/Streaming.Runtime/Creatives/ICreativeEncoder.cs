using Streaming.Core.Contracts;

namespace Streaming.Runtime.Creatives;

/// <summary>Turns a creative into its embedding. The result does not depend on what else is encoded.</summary>
public interface ICreativeEncoder
{
    /// <summary>Version of the encoder.</summary>
    string Version { get; }

    /// <summary>Numbers of an embedding.</summary>
    int Dimension { get; }

    /// <summary>Writes the L2-normalised embedding of a validated creative.</summary>
    /// <param name="creative">The creative.</param>
    /// <param name="media">Its pictures, which stay the caller's.</param>
    /// <param name="embedding"><see cref="Dimension"/> numbers.</param>
    void Encode(Creative creative, ICreativeMedia media, Span<float> embedding);
}
