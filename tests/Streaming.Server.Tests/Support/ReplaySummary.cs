using System.Text.Json.Nodes;

namespace Streaming.Server.Tests.Support;

/// <summary>What <c>streaming replay --json</c> ended with.</summary>
internal sealed record ReplaySummary(long Events, long UserFeatures, int Users, int Creatives, long DeadLetters, string Digest, string Error)
{
    /// <summary>Replays a data set to its end.</summary>
    public static async Task<ReplaySummary> OfAsync(string dataSet, params string[] options) =>
        From(await StreamingProgram.RunAsync(Arguments(dataSet, options)));

    /// <summary>Begins a replay.</summary>
    public static RunningProgram Start(string dataSet, params string[] options) => StreamingProgram.Start(Arguments(dataSet, options));

    /// <summary>The summary of a replay that has ended well.</summary>
    public static ReplaySummary From(ProgramResult result)
    {
        var line = Assert.Single(result.Exited(0).JsonLines);
        return new(
            (long)line["events"]!,
            (long)line["user_features"]!,
            (int)line["users"]!,
            (int)line["creatives"]!,
            (long)line["dead_letters"]!,
            (string)line["digest"]!,
            result.Error);
    }

    /// <summary>The JSON of a summary has these fields and no others.</summary>
    public static void AssertShape(JsonObject line)
    {
        Assert.Equal(["creatives", "dead_letters", "digest", "events", "freshness_ms", "seconds", "user_features", "users"], line.Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["max", "p50", "p99"], line["freshness_ms"]!.AsObject().Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.Matches("^[0-9a-f]{64}$", (string)line["digest"]!);
        Assert.InRange((double)line["freshness_ms"]!["p50"]!, 0, (double)line["freshness_ms"]!["p99"]!);
        Assert.True((double)line["seconds"]! > 0);
    }

    private static string[] Arguments(string dataSet, string[] options) => ["replay", dataSet, "--json", .. options];
}
