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
    void Encode(Creative creative, Span<float> embedding);
}
