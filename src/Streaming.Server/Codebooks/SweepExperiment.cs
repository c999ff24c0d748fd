namespace Streaming.Server.Codebooks;

/// <summary>One codebook of a study: what identifies it in the experiment log.</summary>
/// <param name="Embedding"><c>text</c>, <c>behaviour</c> or <c>fused</c>; <c>-</c> where it was not made here.</param>
/// <param name="Method"><c>rq-kmeans</c>, the method of a given codebook, or <c>published: FILE</c>.</param>
/// <param name="Source">Version of a given codebook or name of a file; empty for those that the study trains.</param>
/// <param name="Layers">Codes of an ID.</param>
/// <param name="Size">Codes of a layer.</param>
/// <param name="Initialisation"><c>kmeans++</c>, <c>random</c>, <c>none</c>; <c>-</c> where it was not made here.</param>
/// <param name="Care">Name of a <see cref="SweepCare"/>; <c>-</c> where it was not made here.</param>
/// <param name="Seed">Of the training.</param>
internal sealed record SweepExperiment(string Embedding, string Method, string Source, int Layers, int Size, string Initialisation, string Care, long Seed)
{
    /// <summary>Codes, as in 3x256.</summary>
    public string Shape => $"{Layers}x{Size}";
}
