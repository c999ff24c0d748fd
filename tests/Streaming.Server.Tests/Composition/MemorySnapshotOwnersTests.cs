using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Streaming.Core.Contracts;
using Streaming.Memory.Snapshots;

namespace Streaming.Server.Tests.Composition;

/// <summary>
/// Two instances on a real broker share the memory, each with snapshots of its part. One goes and comes back, and its partitions with it: whatever an answer that
/// calls itself whole says meanwhile is right.
/// </summary>
public sealed class MemorySnapshotOwnersTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>
{
    private const int Restored = 531;
    private const int Entries = 120;
    private const int Meanwhile = 20;
    // Of memory-updates: other than those of creative-features, with which they go.
    private const int Partitions = 7;

    [RealKafkaFact]
    public Task An_instance_that_stopped_comes_back_from_its_snapshot_without_a_loss_or_a_double() => GoAndComeBackAsync(a => a.TerminateAsync());

    [RealKafkaFact]
    public Task An_instance_that_was_killed_comes_back_from_its_snapshot_without_a_loss_or_a_double() => GoAndComeBackAsync(a => a.KillAsync());

    private async Task GoAndComeBackAsync(Func<ServerInstance, Task> go)
    {
        using var topology = new TestTopology(TestTopology.NewPrefix(), edit: WithFacts);
        using var states = new TestDirectory();
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        var a = await StartAsync(topology, states.PathOf("a"));
        using var b = await StartAsync(topology, states.PathOf("b"));
        try
        {
            var expected = Enumerable.Range(0, Entries).ToDictionary(i => $"e-{i}", _ => 0);
            await Task.WhenAll(expected.Select(e => producer.SendAsync(Fact(e.Key, e.Value))));
            await SharedAsync(a, b, expected);
            var (status, written) = await a.AskAsync("/v1/memory/facts/snapshot", "{}");
            Assert.True(status == HttpStatusCode.OK, written.ToJsonString());
            Assert.Equal([.. new[] { a.Url, b.Url }.Order(StringComparer.Ordinal)], written["instances"]!.AsArray().Select(i => (string)i!["instance"]!));
            Assert.Equal(Entries, written["instances"]!.AsArray().Sum(i => SnapshotHeader.Read((string)i!["path"]!).Entries));
            Assert.All(written["instances"]!.AsArray(), i => Assert.InRange((long)i!["entries"]!, 1, Entries - 1));

            await WhileAsync(b, expected, () => go(a), () => WholeAsync(b, expected, instances: 1));
            a.Dispose();
            // What a's snapshot has is older now, is gone, or lacks something.
            foreach (var i in Enumerable.Range(0, Meanwhile))
            {
                expected[$"e-{i}"] = 1;
                expected.Remove($"e-{Meanwhile + i}");
                expected.Add($"e-{Entries + i}", 1);
            }
            await Task.WhenAll(Enumerable.Range(0, Meanwhile).SelectMany(i => new[] { Fact($"e-{i}", 1), Gone($"e-{Meanwhile + i}"), Fact($"e-{Entries + i}", 1) }).Select(producer.SendAsync));
            await Eventually.HoldsAsync("the other one has it all", () => WholeAsync(b, expected, instances: 1));
            // Of what it has of a's partitions, too: they leave it again.
            Assert.Equal(HttpStatusCode.OK, (await b.AskAsync("/v1/memory/facts/snapshot", "{}")).Status);

            var back = StartAsync(topology, states.PathOf("a"));
            await WhileAsync(b, expected, async () => a = await back, () => WholeAsync(b, expected, instances: 2));
            await SharedAsync(a, b, expected);
            Assert.InRange((long)a.Logs(Restored).Single(log => (string)log["Namespace"]! == "facts")["Entries"]!, 1, Entries - 1);
            foreach (var id in expected.Keys)
                Assert.Single(await Task.WhenAll(new[] { a, b }.Select(i => i.AskAsync($"/v1/memory/facts/entries/{id}?local=true"))), reply => reply.Status == HttpStatusCode.OK);

            await b.TerminateAsync();
            await Eventually.HoldsAsync("the one that came back has it all", () => WholeAsync(a, expected, instances: 1));
        }
        finally
        {
            a.Dispose();
        }
    }

    // Asks all the time that something takes: an answer may be partial or missing, but a whole one has everything, once.
    private static async Task WhileAsync(ServerInstance asked, Dictionary<string, int> expected, Func<Task> something, Func<Task<bool>> until)
    {
        using var done = new CancellationTokenSource();
        var asking = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                if (await SearchAsync(asked) is { } whole)
                    AssertHas(expected, whole);
            }
        });
        await something();
        await Eventually.HoldsAsync("the partitions are owned and read", async () => asking.IsFaulted || await until());
        await done.CancelAsync();
        await asking;
    }

    private static async Task SharedAsync(ServerInstance a, ServerInstance b, Dictionary<string, int> expected)
    {
        foreach (var instance in new[] { a, b })
            await Eventually.HoldsAsync("both have a part, and together all", () => WholeAsync(instance, expected, instances: 2));
        Assert.Equal(expected.Count, await HeldAsync(a) + await HeldAsync(b));
        Assert.InRange(await HeldAsync(a), 1, expected.Count - 1);
    }

    private static async Task<bool> WholeAsync(ServerInstance instance, Dictionary<string, int> expected, int instances) =>
        await SearchAsync(instance) is { } found && (found["instances"]?.AsArray().Count ?? 1) == instances && Generations(found).Count == expected.Count && Matches(expected, found);

    private static async Task<JsonObject?> SearchAsync(ServerInstance instance)
    {
        var (status, found) = await instance.AskAsync("/v1/memory/facts/search", """{ "vector": [1, 0.1, 0.3], "k": 1000, "exact": true, "deadline_ms": 10000 }""");
        return status == HttpStatusCode.OK && !(bool)found["partial"]! ? found : null;
    }

    private static void AssertHas(Dictionary<string, int> expected, JsonObject found)
    {
        Assert.Null(found["missing"]);
        Assert.True(Matches(expected, found), $"an answer that calls itself whole: {found.ToJsonString()}");
    }

    private static bool Matches(Dictionary<string, int> expected, JsonObject found) =>
        Generations(found).Order(StringComparer.Ordinal).SequenceEqual(expected.Select(e => Line(e.Key, e.Value)).Order(StringComparer.Ordinal));

    private static List<string> Generations(JsonObject found) =>
        [.. found["neighbours"]!.AsArray().Select(n => $"{n!["id"]} {n["attributes"]!["generation"]}")];

    private static string Line(string id, int generation) => string.Create(CultureInfo.InvariantCulture, $"{id} {generation}");

    private static async Task<int> HeldAsync(ServerInstance instance) =>
        (int)(await instance.AskAsync("/v1/memory?local=true")).Body["namespaces"]!.AsArray().Single(n => (string)n!["name"]! == "facts")!["entries"]!;

    private static MemoryUpdate Fact(string id, int generation) => new()
    {
        Namespace = "facts",
        Id = id,
        EventTimeMs = TestProducer.NowMs + generation,
        Upsert = new MemoryUpsert { Vector = { 1 + (id.Length % 3), 1 + (id[^1] % 7), 1 }, Attributes = { ["generation"] = generation.ToString(CultureInfo.InvariantCulture) } },
    };

    private static MemoryUpdate Gone(string id) => new() { Namespace = "facts", Id = id, EventTimeMs = TestProducer.NowMs + 1, Delete = new MemoryDelete() };

    private static string WithFacts(string text) => TestTopology.Replace(
        Regex.Replace(text, @"memory-updates, partitions: \d+", $"memory-updates, partitions: {Partitions}"),
        "memory:\n",
        "memory:\n  - { name: facts, dimension: 3, metric: cosine, format: single, snapshots: { interval: 1h, keep: 2, max_age: 12h } }\n");

    private Task<ServerInstance> StartAsync(TestTopology topology, string state) =>
        ServerInstance.StartAsync(topology, state, ["--roles", "memory", "--bootstrap-servers", kafka.BootstrapServers]);
}
