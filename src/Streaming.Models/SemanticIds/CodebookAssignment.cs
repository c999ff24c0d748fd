namespace Streaming.Models.SemanticIds;

/// <summary>Assigns many embeddings.</summary>
public static class CodebookAssignment
{
    /// <param name="codebook">The codebook.</param>
    /// <param name="rows">n embeddings, row-major.</param>
    /// <returns>n × layers codes, row-major.</returns>
    /// <exception cref="ArgumentException">The rows are not whole, or one has no finite distance.</exception>
    public static int[] AssignAll(this Codebook codebook, ReadOnlySpan<float> rows)
    {
        if (rows.Length % codebook.Dimension != 0)
            throw new ArgumentException($"{rows.Length} numbers are not rows of {codebook.Dimension}.", nameof(rows));
        var codes = new int[rows.Length / codebook.Dimension * codebook.Layers];
        for (var row = 0; row < codes.Length / codebook.Layers; row++)
            codebook.Assign(rows.Slice(row * codebook.Dimension, codebook.Dimension), codes.AsSpan(row * codebook.Layers, codebook.Layers));
        return codes;
    }

    /// <summary>Metrics of the codes of <paramref name="rows"/>.</summary>
    public static CodebookMetrics Measure(this Codebook codebook, ReadOnlySpan<float> rows) =>
        CodebookMetrics.Compute(codebook.AssignAll(rows), codebook.Layers, codebook.Size);
}
