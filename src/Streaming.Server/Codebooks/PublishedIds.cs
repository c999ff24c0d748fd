using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Streaming.Server.Workloads;

namespace Streaming.Server.Codebooks;

/// <summary>Reads semantic IDs as MiniOneRec publishes them: <c>{"0": ["&lt;a_236&gt;", "&lt;b_231&gt;", "&lt;c_226&gt;"], …}</c>, by product.</summary>
internal static partial class PublishedIds
{
    /// <summary>Ending of such files' names.</summary>
    public const string Ending = ".index.json";

    private const int SmallestSize = 256;

    /// <summary>The IDs in the order of the catalogue. The layers' size is 256, or more when a code asks for it.</summary>
    /// <exception cref="DataSetException">The file is malformed or lacks a creative: show the message.</exception>
    public static SemanticIdTable Read(string path, Catalogue catalogue)
    {
        var tokens = Parse(path);
        var layers = tokens.Values.FirstOrDefault()?.Length ?? 0;
        var codes = new int[catalogue.Count * layers];
        for (var i = 0; i < catalogue.Count; i++)
        {
            var id = catalogue.Log.Creatives[i].CreativeId;
            if (!tokens.TryGetValue(id[(id.IndexOf('-', StringComparison.Ordinal) + 1)..], out var own) || own.Length != layers)
                throw new DataSetException($"{path} has no ID of {layers} codes for {id}.");
            for (var layer = 0; layer < layers; layer++)
                codes[(i * layers) + layer] = Code(path, id, own[layer]);
        }
        return new SemanticIdTable(Path.GetFileName(path), $"published: {Path.GetFileName(path)}", layers, Math.Max(SmallestSize, codes.Max() + 1), codes);
    }

    private static Dictionary<string, string[]> Parse(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<Dictionary<string, string[]>>(stream) ?? throw new DataSetException($"{path} is null.");
        }
        catch (JsonException cause)
        {
            throw new DataSetException($"{path}, line {cause.LineNumber + 1}: no object of ID lists: {cause.Message}", cause);
        }
    }

    private static int Code(string path, string id, string token) =>
        Token().Match(token) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? code
            : throw new DataSetException($"{path}: {id} has '{token}'; a code looks like <a_236>.");

    [GeneratedRegex(@"^<[a-z]_(\d{1,5})>$")]
    private static partial Regex Token();
}
