namespace Streaming.Models.SemanticIds;

/// <summary>What a codebook is: its shape, and how and for which encoder it was made.</summary>
/// <param name="Version">Published with every semantic ID; never reused for other centroids.</param>
/// <param name="EncoderVersion">The encoder whose embeddings it was trained on, the only ones it may be given.</param>
/// <param name="Method">How it was trained, for example <c>rq-kmeans</c>.</param>
/// <param name="Layers">Codes in a semantic ID, 1..8.</param>
/// <param name="Size">Centroids in a layer, 2..65536.</param>
/// <param name="Dimension">Numbers in an embedding, 1..4096.</param>
public sealed record CodebookInfo(string Version, string EncoderVersion, string Method, int Layers, int Size, int Dimension)
{
    internal const int MaxDimension = 4096;

    private const int MaxNumbers = 1 << 28;

    /// <summary>Whether what a layer leaves over is scaled to an L2 norm of 1 before the next layer looks at it.</summary>
    public bool NormaliseResiduals { get; init; }

    /// <returns>Every violated rule with its value; empty when valid.</returns>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Version))
            yield return "codebook_version is missing.";
        if (string.IsNullOrWhiteSpace(EncoderVersion))
            yield return "encoder_version is missing.";
        if (string.IsNullOrWhiteSpace(Method))
            yield return "method is missing.";
        if (Layers is < 1 or > 8)
            yield return $"layers is {Layers}; it must be 1 to 8.";
        if (Size is < 2 or > 65_536)
            yield return $"size is {Size}; it must be 2 to 65536.";
        if (Dimension is < 1 or > MaxDimension)
            yield return $"dimension is {Dimension}; it must be 1 to {MaxDimension}.";
        if ((Int128)Layers * Size * Dimension > MaxNumbers)
            yield return $"layers × size × dimension is {(Int128)Layers * Size * Dimension}; it must be at most {MaxNumbers}.";
    }
}
