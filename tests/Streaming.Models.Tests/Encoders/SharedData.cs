using System.Text.Json;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests;

/// <summary>Reads the texts of the public data sets, composed as a creative's are.</summary>
internal static class SharedData
{
    public static string Folder(string dataSet)
    {
        var shared = Environment.GetEnvironmentVariable("STREAMING_SHARED") ?? Path.Combine(RepositoryFiles.Root, "..", "shared");
        return Path.Combine(shared, "data", dataSet);
    }

    /// <summary>Products: title and description, in the order of the file.</summary>
    public static List<string> AmazonIndustrial()
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder("amazon-industrial"), "Industrial_and_Scientific.item.json"));
        using var items = JsonDocument.Parse(bytes);
        return [.. items.RootElement.EnumerateObject().Select(item => Compose(item.Value))];

        static string Compose(JsonElement item) =>
            CreativeTextComposer.Compose(Field(item, "title"), Field(item, "categories"), [Field(item, "description")]);

        static string Field(JsonElement item, string name) => item.GetProperty(name).GetString() ?? "";
    }

    /// <summary>Films: title and genres, in the order of the file.</summary>
    public static List<string> MovieLens() =>
        [.. File.ReadLines(Path.Combine(Folder("ml-latest-small"), "movies.csv")).Skip(1).Select(ComposeFilm)];

    // movieId,title,genres; a title with a comma is quoted, genres never hold one.
    private static string ComposeFilm(string line)
    {
        var (first, last) = (line.IndexOf(','), line.LastIndexOf(','));
        var title = line[(first + 1)..last].Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal);
        return CreativeTextComposer.Compose(title, line[(last + 1)..].Replace('|', ' '), []);
    }
}
