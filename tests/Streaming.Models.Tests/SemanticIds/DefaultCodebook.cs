using Streaming.Models.Encoders;
using Streaming.Models.SemanticIds;

namespace Streaming.Models.Tests.SemanticIds;

/// <summary>What is measured on models/codebook-default.</summary>
internal static class DefaultCodebook
{
    public static float[] Embed(IReadOnlyList<string> texts)
    {
        using var encoder = CreativeEncoder.Load(RepositoryFiles.DefaultEncoder);
        var rows = new float[texts.Count * encoder.Dimension];
        encoder.Encode(texts, rows);
        return rows;
    }

    public static CodebookMetrics Measure(Codebook codebook, ReadOnlySpan<float> rows)
    {
        var count = rows.Length / codebook.Dimension;
        var codes = new int[count * codebook.Layers];
        for (var row = 0; row < count; row++)
            codebook.Assign(rows.Slice(row * codebook.Dimension, codebook.Dimension), codes.AsSpan(row * codebook.Layers, codebook.Layers));
        return CodebookMetrics.Compute(codes, codebook.Layers, codebook.Size);
    }
}
