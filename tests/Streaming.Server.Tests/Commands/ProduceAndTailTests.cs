using System.Globalization;
using System.Text.Json.Nodes;

namespace Streaming.Server.Tests.Commands;

public sealed class ProduceAndTailTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>
{
    private static readonly string Now = TestProducer.NowMs.ToString(CultureInfo.InvariantCulture);

    [RealKafkaFact]
    public async Task What_is_produced_as_JSON_lines_is_tailed_as_JSON_lines()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        await MakeTopicsAsync(topology);
        string[] events =
        [
            Event("e-1", "ü 1", "click"),
            Event("e-2", "u-2", "purchase", ""","value":12.5,"scene":"feed","context":{"slot":"3"}"""),
        ];

        var produced = (await RunAsync(string.Join('\n', events), "produce", "user-events", topology)).Exited(0);
        var tailed = (await RunAsync("", "tail", "user-events", topology, "--from-beginning", "--max", "2")).Exited(0);

        Assert.Equal("""{"sent":2,"bad":0}""", produced.Output.TrimEnd());
        var lines = tailed.JsonLines.OrderBy(l => (string)l["headers"]!["ce_id"]!, StringComparer.Ordinal).ToList();
        Assert.Equal(["ü 1", "u-2"], lines.Select(l => (string)l["key"]!));
        Assert.Equal("streaming.v1.UserEvent", (string)lines[0]["headers"]!["ce_type"]!);
        foreach (var (sent, line) in events.Zip(lines))
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(sent), line["value"]), line.ToJsonString());
    }

    [RealKafkaFact]
    public async Task A_bad_line_is_named_and_left_out_and_the_others_are_sent()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        await MakeTopicsAsync(topology);
        string[] lines = [Event("e-1", "u-1", "click"), Event("e-2", "u-1", "teleport"), "{ not json", """{ "event_idd": "e" }""", Event("e-3", "u-1", "click")];

        var produced = await RunAsync(string.Join('\n', lines), "produce", "user-events", topology);
        var tailed = (await RunAsync("", "tail", "user-events", topology, "--from-beginning", "--max", "2")).Exited(0);

        produced.Exited(1);
        Assert.Equal("""{"sent":2,"bad":3}""", produced.Output.TrimEnd());
        Assert.Collection(
            produced.Error.TrimEnd().Split('\n'),
            line => Assert.StartsWith("streaming: line 2: action = 'teleport'", line, StringComparison.Ordinal),
            line => Assert.StartsWith("streaming: line 3: ", line, StringComparison.Ordinal),
            line => Assert.StartsWith("streaming: line 4: ", line, StringComparison.Ordinal));
        Assert.Contains("event_idd", produced.LastError, StringComparison.Ordinal);
        Assert.Equal(["e-1", "e-3"], tailed.JsonLines.Select(l => (string)l["headers"]!["ce_id"]!).Order(StringComparer.Ordinal));
    }

    private static string Event(string id, string user, string action, string more = "") =>
        $$"""{"event_id":"{{id}}","user_id":"{{user}}","creative_id":"c","action":"{{action}}","event_time_ms":"{{Now}}"{{more}}}""";

    private async Task MakeTopicsAsync(TestTopology topology) =>
        await new Streaming.Kafka.Topics.KafkaTopicAdmin(new() { BootstrapServers = kafka.BootstrapServers })
            .EnsureAsync(Streaming.Kafka.Topics.TopicDefinitions.Of(topology.Topology), CancellationToken.None);

    private Task<ProgramResult> RunAsync(string input, string command, string topic, TestTopology topology, params string[] options) => StreamingProgram.RunAsync(
        new Dictionary<string, string>(), input, [command, topic, "--json", "--topology", topology.Path, "--bootstrap-servers", kafka.BootstrapServers, .. options]);
}
