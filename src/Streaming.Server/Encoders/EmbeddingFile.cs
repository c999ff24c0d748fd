using System.Text.Json;
using Streaming.Models.Encoders;
using Streaming.Server.Commands;
using Streaming.Server.Output;

namespace Streaming.Server.Encoders;

/// <summary>
/// Texts (JSON strings, one a line) → embeddings, float16 little-endian, [lines, dimension] without a header: what a training reads as the
/// targets of a teacher.
/// </summary>
internal static class EmbeddingFile
{
    private const int Chunk = 64;

    /// <returns>Lines written.</returns>
    /// <exception cref="CommandException">A line is no JSON string.</exception>
    public static int Write(CreativeEncoder encoder, string input, string output, Progress progress, CancellationToken cancellationToken)
    {
        List<string> texts = [.. File.ReadLines(input).Select(Parse)];
        var step = progress.Begin("encode", texts.Count);
        using var file = File.Create(output);
        foreach (var chunk in texts.Chunk(Chunk))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var embeddings = new float[chunk.Length * encoder.Dimension];
            encoder.Encode(chunk, embeddings);
            var bytes = new byte[embeddings.Length * sizeof(ushort)];
            for (var i = 0; i < embeddings.Length; i++)
                BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(ushort)), (Half)embeddings[i]);
            file.Write(bytes);
            for (var i = 0; i < chunk.Length; i++)
                step.Advance();
        }
        return texts.Count;
    }

    private static string Parse(string line, int index)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(line) ?? throw new CommandException($"line {index + 1}: null; it must be a JSON string");
        }
        catch (JsonException)
        {
            throw new CommandException($"line {index + 1}: '{line[..Math.Min(40, line.Length)]}': it must be a JSON string");
        }
    }
}
