namespace Streaming.Models.SemanticIds;

/// <summary>How to train a codebook; see <see cref="RqKMeansTrainer"/>.</summary>
public sealed record RqKMeansOptions
{
    /// <summary>Of the codebook to make.</summary>
    public required string CodebookVersion { get; init; }

    /// <summary>Of the encoder that made the rows.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>Codes in a semantic ID, 1..8.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Centroids in a layer, 2..65536.</summary>
    public int Size { get; init; } = 512;

    /// <summary>Most Lloyd iterations per layer, at least 1; a layer ends earlier when no row changes its centroid.</summary>
    public int Iterations { get; init; } = 50;

    /// <summary>The same rows, options and seed give the same bytes on every machine.</summary>
    public long Seed { get; init; } = 1;

    /// <returns>Every violated rule with its value; empty when valid.</returns>
    public IEnumerable<string> Validate(int dimension)
    {
        foreach (var violation in ToInfo(dimension).Validate())
            yield return violation;
        if (Iterations < 1)
            yield return $"iterations is {Iterations}; it must be at least 1.";
    }

    internal CodebookInfo ToInfo(int dimension) =>
        new(CodebookVersion, EncoderVersion, RqKMeansTrainer.Method, Layers, Size, dimension);
}
