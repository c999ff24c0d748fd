namespace Streaming.Runtime.Creatives;

/// <summary>A codebook: embedding → codes, coarse to fine.</summary>
public interface ISemanticIdAssigner
{
    /// <summary>Version of the codebook.</summary>
    string Version { get; }

    /// <summary>Codes of an ID.</summary>
    int Layers { get; }

    /// <summary>Writes <see cref="Layers"/> codes.</summary>
    void Assign(ReadOnlySpan<float> embedding, Span<int> codes);
}
