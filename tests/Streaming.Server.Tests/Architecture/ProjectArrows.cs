using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Streaming.Server.Tests.Architecture;

/// <summary>Which projects a project may use: the table of the architecture. Decides from texts, so that a wrong arrow can be planted.</summary>
internal static partial class ProjectArrows
{
    private const string Prefix = "Streaming.";

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Streaming.Core"] = [],
        ["Streaming.Models"] = ["Streaming.Core"],
        ["Streaming.Memory"] = ["Streaming.Core"],
        ["Streaming.Runtime"] = ["Streaming.Core"],
        ["Streaming.Kafka"] = ["Streaming.Runtime"],
        ["Streaming.Client"] = ["Streaming.Core"],
        ["Streaming.Server"] = ["Streaming.Core", "Streaming.Models", "Streaming.Memory", "Streaming.Runtime", "Streaming.Kafka", "Streaming.Client"],
    };

    // Libraries that stand for a kind of work, and the only projects that do it. The server puts everything together.
    private static readonly Dictionary<string, string[]> Users = new()
    {
        ["Google.Protobuf"] = [.. MayUse.Keys],
        ["Grpc.Tools"] = ["Streaming.Core"],
        ["Confluent.Kafka"] = ["Streaming.Kafka", "Streaming.Client"],
        ["librdkafka.redist"] = ["Streaming.Kafka", "Streaming.Client"],
        ["Microsoft.ML.OnnxRuntime"] = ["Streaming.Models"],
        ["Microsoft.ML.OnnxRuntime.Extensions"] = ["Streaming.Models"],
        ["SkiaSharp"] = ["Streaming.Models"],
        ["SkiaSharp.NativeAssets.Linux.NoDependencies"] = ["Streaming.Models"],
        ["System.Numerics.Tensors"] = ["Streaming.Models", "Streaming.Memory"],
        ["System.IO.Hashing"] = ["Streaming.Memory"],
        ["Microsoft.Data.Sqlite"] = ["Streaming.Runtime"],
        ["SQLitePCLRaw.bundle_e_sqlite3"] = ["Streaming.Runtime"],
        ["Microsoft.Extensions.Logging.Abstractions"] = ["Streaming.Runtime"],
        ["System.CommandLine"] = ["Streaming.Server"],
        ["Polly.Core"] = ["Streaming.Server"],
        ["Spectre.Console"] = ["Streaming.Server"],
        ["YamlDotNet"] = ["Streaming.Server"],
        ["CsvHelper"] = ["Streaming.Server"],
    };

    public static IReadOnlyCollection<string> Projects => MayUse.Keys;

    /// <summary>Wrong references of a project file.</summary>
    public static IEnumerable<string> InProject(string project, string csproj)
    {
        var items = XDocument.Parse(csproj).Descendants().ToList();
        foreach (var reference in items.Where(i => i.Name.LocalName == "ProjectReference"))
        {
            var used = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value);
            if (!MayUse[project].Contains(used))
                yield return $"{project} must not reference {used}";
        }
        foreach (var package in items.Where(i => i.Name.LocalName == "PackageReference").Select(i => i.Attribute("Include")!.Value))
        {
            if (!Users.TryGetValue(package, out var users) || !users.Contains(project))
                yield return $"{project} must not reference the package {package}";
        }
    }

    /// <summary>Names of wrong projects and libraries in a source file.</summary>
    public static IEnumerable<string> InSource(string project, string file, string text)
    {
        var code = Comment().Replace(text, "");
        var reachable = Reachable(project);
        foreach (var used in Name().Matches(code).Select(m => m.Value).Distinct())
        {
            if (!reachable.Contains(used))
                yield return $"{file}: {project} must not use {used}";
        }
        if (project != "Streaming.Core")
            yield break;
        foreach (var used in Using().Matches(code).Select(m => m.Groups[1].Value))
        {
            if (used.Split('.')[0] is not ("System" or "Streaming") && !used.StartsWith("Google.Protobuf", StringComparison.Ordinal))
                yield return $"{file}: {project} must not use {used}";
        }
    }

    // A project sees what the projects that it uses show of theirs.
    private static HashSet<string> Reachable(string project) => [project, .. MayUse[project].SelectMany(Reachable)];

    [GeneratedRegex(@"//.*$|/\*.*?\*/", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<![\w./-])" + Prefix + @"(Core|Models|Memory|Runtime|Kafka|Client|Server)(?=\.)")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
