using System.Text.RegularExpressions;

namespace Streaming.Server.Tests.Architecture;

/// <summary>The files and folders that a Markdown text names, in links and in code spans.</summary>
internal static partial class NamedFiles
{
    public static IReadOnlyList<string> In(string markdown)
    {
        var text = Fence().Replace(markdown, "");
        var links = Link().Matches(text).Select(m => m.Groups[1].Value).Where(l => !l.Contains("://", StringComparison.Ordinal) && !l.StartsWith('#')).Select(l => l.Split('#')[0]);
        var spans = CodeSpan().Matches(text).Select(m => m.Groups[1].Value).Where(IsPath);
        return [.. links.Concat(spans).Distinct()];
    }

    /// <summary>Whether a path exists from the repository's root, or, for a bare name, anywhere among its sources.</summary>
    public static bool Exists(string path) =>
        RepositoryFiles.Exists(path)
        || (!path.Contains('/', StringComparison.Ordinal) && Folders().Any(f => Directory.EnumerateFiles(f, path, SearchOption.AllDirectories).Any()));

    private static IEnumerable<string> Folders() => new[] { "src", "tests", "schemas", "topologies", "eng", "docs" }.Where(RepositoryFiles.Exists).Select(RepositoryFiles.PathOf);

    // A path of the API begins with a slash, and a topic or a type has neither a slash nor an extension of ours.
    private static bool IsPath(string span) => PathLike().IsMatch(span) && (Extension().IsMatch(span) || FirstFolder().IsMatch(span));

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^[\w.-][\w./-]*$")]
    private static partial Regex PathLike();

    [GeneratedRegex(@"\.(cs|csproj|proto|yaml|yml|md|json|props|targets|sh|sln|onnx|safetensors)$")]
    private static partial Regex Extension();

    [GeneratedRegex(@"^(src|tests|schemas|topologies|helm|eng|training|models|docs|bench|deploy)/")]
    private static partial Regex FirstFolder();
}
