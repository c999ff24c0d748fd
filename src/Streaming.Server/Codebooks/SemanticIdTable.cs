using Streaming.Models.SemanticIds;

namespace Streaming.Server.Codebooks;

/// <summary>The semantic IDs of a data set's creatives, in their order: from a codebook, or as somebody published them.</summary>
/// <param name="Version">Of the codebook, or the file's name.</param>
/// <param name="Method">How they were made.</param>
/// <param name="Layers">Codes of an ID.</param>
/// <param name="Size">Codes of a layer.</param>
/// <param name="Codes">Creatives × layers, row-major.</param>
internal sealed record SemanticIdTable(string Version, string Method, int Layers, int Size, int[] Codes)
{
    /// <summary>What a codebook gives.</summary>
    /// <param name="codebook">For embeddings of <paramref name="rows"/>' length.</param>
    /// <param name="rows">Embeddings, row-major.</param>
    public static SemanticIdTable Of(Codebook codebook, float[] rows) =>
        new(codebook.Version, codebook.Info.Method, codebook.Layers, codebook.Size, codebook.AssignAll(rows));

    /// <summary>How well they use their codes.</summary>
    public CodebookMetrics Measure() => CodebookMetrics.Compute(Codes, Layers, Size);
}
