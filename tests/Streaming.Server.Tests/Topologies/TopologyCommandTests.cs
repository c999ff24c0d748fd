namespace Streaming.Server.Tests.Topologies;

public sealed class TopologyCommandTests
{
    [Fact]
    public async Task The_default_topology_is_valid_with_its_models()
    {
        var result = (await StreamingProgram.RunAsync("topology", "validate", RepositoryFiles.PathOf("topologies/ads.yaml"), "--models", "--json")).Exited(0);
        Assert.Equal("""{"valid":true,"name":"ads"}""", result.Output.TrimEnd());
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task Every_violation_is_listed_with_field_and_value()
    {
        var text = RepositoryFiles.Read("topologies/ads.yaml")
            .Replace("name: ads", "name: my ads", StringComparison.Ordinal)
            .Replace("{ name: creatives, partitions: 4 }", "{ name: user-events, partitions: 0 }", StringComparison.Ordinal)
            .Replace("action: impression, window: 1h", "action: glance, window: 0s", StringComparison.Ordinal)
            .Replace("metric: dot", "metric: manhattan", StringComparison.Ordinal)
            .Replace("session_timeout: 10s", "session_timeout: 2s", StringComparison.Ordinal);

        var error = (await ValidateAsync(text)).Exited(2).LastError;

        string[] violations =
        [
            "name = 'my ads'", "topics.name = 'user-events'", "topics.user-events.partitions = '0'", "users.aggregates.impressions_1h.action = 'glance'",
            "users.aggregates.impressions_1h.window = '00:00:00'", "memory.creatives.metric = 'manhattan'", "runtime.session_timeout = '00:00:02'",
            "runtime.delivery_timeout = '00:00:08'",
        ];
        Assert.All(violations, violation => Assert.Contains(violation, error, StringComparison.Ordinal));
        Assert.Equal(violations.Length, error.Split("; ").Length);
    }

    [Theory]
    [InlineData("commit_interval: 500ms", "commit_interval: 500 parsecs", "'500 parsecs' is not a duration")]
    [InlineData("commit_interval: 500ms", "commit_interval: -1s", "'-1s' is not a duration")]
    [InlineData("cache_bytes: 1GiB", "cache_bytes: 1Gb", "'1Gb' is not a size")]
    [InlineData("  commit_interval: 500ms", "  comit_interval: 500ms", "comit_interval")]
    [InlineData("partitions: 4 }", "partitions: four }", "four")]
    [InlineData("kind: count,", "kind: median,", "median")]
    [InlineData("actions: [impression", "actions: [[impression", "")]
    public async Task Wrong_YAML_is_named_by_file_line_and_text(string old, string wrong, string names)
    {
        var text = RepositoryFiles.Read("topologies/ads.yaml");
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0);
        var line = text[..at].Count(c => c == '\n') + 1;

        var result = (await ValidateAsync(text[..at] + wrong + text[(at + old.Length)..])).Exited(2);

        // An unclosed bracket is found where the next line makes no sense.
        Assert.Matches($@"^streaming: \S+/topology\.yaml:({line}|{line + 1}|{line + 2}):\d+: ", result.Error);
        Assert.Contains(names, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_model_that_does_not_fit_is_named()
    {
        var text = RepositoryFiles.Read("topologies/ads.yaml")
            .Replace(" models/", $" {RepositoryFiles.PathOf("models")}/", StringComparison.Ordinal)
            .Replace("dimension: 32", "dimension: 16", StringComparison.Ordinal)
            .Replace("actions: [", "actions: [teleport, ", StringComparison.Ordinal);
        using var folder = new TestDirectory();
        await File.WriteAllTextAsync(folder.PathOf("topology.yaml"), text);

        (await StreamingProgram.RunAsync("topology", "validate", folder.PathOf("topology.yaml"))).Exited(0);
        var error = (await StreamingProgram.RunAsync("topology", "validate", folder.PathOf("topology.yaml"), "--models")).Exited(2).LastError;

        Assert.Contains("memory.creatives.dimension = '16'", error, StringComparison.Ordinal);
        Assert.Contains("actions = 'teleport'", error, StringComparison.Ordinal);
    }

    private static async Task<ProgramResult> ValidateAsync(string text)
    {
        using var folder = new TestDirectory();
        await File.WriteAllTextAsync(folder.PathOf("topology.yaml"), text);
        return await StreamingProgram.RunAsync("topology", "validate", folder.PathOf("topology.yaml"));
    }
}
