using System.Text;

namespace Streaming.Models.Encoders;

/// <summary>Opens the tokenizer that a valid manifest names.</summary>
internal static class TextTokenizers
{
    /// <param name="directory">The manifest's directory.</param>
    /// <param name="manifest">Valid.</param>
    /// <param name="violations">Receives what its files do not satisfy.</param>
    /// <returns>Null when the model's graph takes the text itself, or when something was violated.</returns>
    public static ITextTokenizer? Open(string directory, TokenizerManifest manifest, List<string> violations)
    {
        switch (manifest.Kind)
        {
            case TokenizerManifest.HashedNgrams:
                return new HashedTokens(new HashedNgramTokenizer(manifest));
            case TokenizerManifest.WordPiece:
                return new WordPieceTokenizer(Vocabulary(ManifestFile.ReadChecked(directory, manifest.Vocabulary!)), manifest);
            case TokenizerManifest.Graph:
                var graph = new GraphTokenizer(directory, manifest);
                violations.AddRange(graph.Mismatches("text.tokenizer"));
                return graph;
            default:
                return null;
        }
    }

    private static string[] Vocabulary(byte[] content)
    {
        var lines = Encoding.UTF8.GetString(content).Split('\n');
        return [.. (lines[^1].Length == 0 ? lines[..^1] : lines).Select(line => line.TrimEnd('\r'))];
    }
}
