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

    /// <summary>Where a layer's centroids begin.</summary>
    public CodebookInitialisation Initialisation { get; init; }

    /// <summary>Whether a residual is scaled to an L2 norm of 1 before the next layer clusters it.</summary>
    public bool NormaliseResiduals { get; init; }

    /// <summary>Whether clusters are evened out after Lloyd's iterations, as far as 300 steps come; the codebook then has biases.</summary>
    public bool Balanced { get; init; }

    /// <summary>
    /// How much the centroids attend to rows that are hard to tell apart, 0..6; 0 = not. A row then counts as the inverse of its distance to the
    /// nearest other row that has the same codes so far, to this power.
    /// </summary>
    public int Separation { get; init; }

    /// <summary>The same rows, options and seed give the same bytes on every machine.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Most threads of an assignment, −1 = as many as there are cores. The bytes do not depend on it.</summary>
    public int MaxThreads { get; init; } = -1;

    /// <returns>Every violated rule with its value; empty when valid.</returns>
    public IEnumerable<string> Validate(int dimension)
    {
        foreach (var violation in ToInfo(dimension).Validate())
            yield return violation;
        if (Iterations < 1)
            yield return $"iterations is {Iterations}; it must be at least 1.";
        if (Separation is < 0 or > 6)
            yield return $"separation is {Separation}; it must be 0 to 6.";
        if (MaxThreads is < 1 and not -1)
            yield return $"max_threads is {MaxThreads}; it must be at least 1, or -1.";
        if (!Enum.IsDefined(Initialisation))
            yield return $"initialisation is {Initialisation}; it must be one of {string.Join(", ", Enum.GetNames<CodebookInitialisation>())}.";
    }

    internal CodebookInfo ToInfo(int dimension) =>
        new(CodebookVersion, EncoderVersion, RqKMeansTrainer.Method, Layers, Size, dimension) { NormaliseResiduals = NormaliseResiduals };
}
