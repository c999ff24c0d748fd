using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Streaming.Server.Output;

namespace Streaming.Server.Codebooks;

/// <summary>Writes embeddings and co-interactions for the trainers in training/semantic-ids.</summary>
/// <remarks>
/// <code>
/// embeddings.bin  float32 [rows][dimension], little-endian
/// pairs.bin       int32 [pairs][2], little-endian: rows of creatives that a user met one after the other
/// manifest.json   format_version 1, encoder_version, rows, dimension, pairs, sha256 of both files
/// </code>
/// Only the training part is paired: a user's last two events, on which a study validates and tests, are left out.
/// </remarks>
internal static class EmbeddingExport
{
    public const string EmbeddingsFile = "embeddings.bin";
    public const string PairsFile = "pairs.bin";
    public const string ManifestFile = "manifest.json";

    /// <summary>Of one export.</summary>
    public sealed record Summary(int FormatVersion, string EncoderVersion, int Rows, int Dimension, int Pairs, string EmbeddingsSha256, string PairsSha256);

    public static Summary Write(Catalogue catalogue, string folder)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("The export is little-endian, and this processor is not.");
        Directory.CreateDirectory(folder);
        var pairs = NextItemSplit.Of(catalogue.Log, held: 2).TrainingPairs().SelectMany(pair => (int[])[pair.From, pair.To]).ToArray();
        var summary = new Summary(
            1, catalogue.EncoderVersion, catalogue.Count, catalogue.Dimension, pairs.Length / 2,
            Save(Path.Combine(folder, EmbeddingsFile), MemoryMarshal.AsBytes(catalogue.Rows.AsSpan())),
            Save(Path.Combine(folder, PairsFile), MemoryMarshal.AsBytes(pairs.AsSpan())));
        File.WriteAllText(Path.Combine(folder, ManifestFile), JsonSerializer.Serialize(summary, Answer.Json) + "\n");
        return summary;
    }

    private static string Save(string path, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(path, content);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
