using System.Globalization;
using System.Text.Json.Nodes;

namespace Streaming.Server.Tests.Export;

/// <summary><c>streaming export --bootstrap-servers</c>: what lies in the topics of a cluster.</summary>
public sealed class ExportOfTopicsTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>
{
    private static readonly string Now = TestProducer.NowMs.ToString(CultureInfo.InvariantCulture);

    [RealKafkaFact]
    public async Task What_was_produced_is_exported_each_user_in_order()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var folder = new TestDirectory();
        await new Streaming.Kafka.Topics.KafkaTopicAdmin(new() { BootstrapServers = kafka.BootstrapServers })
            .EnsureAsync(Streaming.Kafka.Topics.TopicDefinitions.Of(topology.Topology), CancellationToken.None);
        string[] creatives = [Creative("c-1", "first words"), Creative("c-2", "other words"), Creative("c-1", "last words")];
        string[] users = ["u-1", "u-2", "u-3", "u-4"];
        string[] events = [.. Enumerable.Range(0, 40).Select(i => Event($"e-{i}", users[i % 4], $"c-{1 + (i % 3)}")), Event("e-0", "u-1", "c-1")];
        (await RunAsync(string.Join('\n', creatives), topology, "produce", "creatives")).Exited(0);
        (await RunAsync(string.Join('\n', events), topology, "produce", "user-events")).Exited(0);

        var summary = Assert.Single((await RunAsync("", topology, "export", "--output", folder.Path, "--json")).Exited(0).JsonLines);

        Assert.Equal("""{"events":40,"users":4,"creatives":2,"rejected":0,"duplicates":1,"unknown_creatives":1}""", summary.ToJsonString());
        var exported = File.ReadLines(folder.PathOf("events.jsonl")).Select(l => JsonNode.Parse(l)!).ToList();
        foreach (var user in users)
        {
            Assert.Equal(
                Enumerable.Range(0, 40).Where(i => users[i % 4] == user).Select(i => $"c-{1 + (i % 3)}"),
                exported.Where(e => (string)e["user_id"]! == user).Select(e => (string)e["creative_id"]!));
        }
        var texts = File.ReadLines(folder.PathOf("creatives.jsonl")).Select(l => JsonNode.Parse(l)!).ToDictionary(c => (string)c["creative_id"]!, c => (string)c["text"]!);
        Assert.Equal(("last words", "other words"), (texts["c-1"], texts["c-2"]));
    }

    private static string Creative(string id, string title) => $$"""{"creative_id":"{{id}}","texts":[{"role":"title","text":"{{title}}"}],"event_time_ms":"{{Now}}"}""";

    private static string Event(string id, string user, string creative) =>
        $$"""{"event_id":"{{id}}","user_id":"{{user}}","creative_id":"{{creative}}","action":"click","event_time_ms":"{{Now}}"}""";

    private Task<ProgramResult> RunAsync(string input, TestTopology topology, params string[] command) => StreamingProgram.RunAsync(
        new Dictionary<string, string>(), input, [.. command, "--topology", topology.Path, "--bootstrap-servers", kafka.BootstrapServers]);
}
