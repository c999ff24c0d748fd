using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Streaming.Core.Contracts;

namespace Streaming.Server.Tests.Composition;

/// <summary>Three instances on a real broker share the memory: two with the memory role, and one that only asks them.</summary>
public sealed class MemoryOwnersTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>
{
    private const int Entries = 40;
    // Of memory-updates: other than those of creative-features, with which they go.
    private const int Partitions = 7;
    private const string Search = """{ "vectors": [[1, 0.1, 0.3], [0.2, 1, 0.1]], "k": 20, "deadline_ms": 10000 }""";

    [RealKafkaFact]
    public async Task A_search_through_any_of_them_finds_everything_also_after_one_was_killed()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix(), edit: WithFacts);
        using var states = new TestDirectory();
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        using var a = await StartAsync(topology, states.PathOf("a"), "memory");
        using var b = await StartAsync(topology, states.PathOf("b"), "memory");
        using var api = await StartAsync(topology, states.PathOf("api"), "api");
        await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => producer.SendAsync(Fact(i))));
        ServerInstance[] all = [a, b, api];
        foreach (var instance in all)
            await Eventually.HoldsAsync("all is found", async () => await WholeAsync(instance) is { } found && Instances(found).Count == 2);
        await Eventually.HoldsAsync("all is held", async () => await HeldAsync(api) == Entries);

        // The same whoever is asked, and more than either has.
        var before = await WholeAsync(api);
        Assert.Equal(Neighbours(before!), Neighbours((await WholeAsync(a))!));
        Assert.Equal(Neighbours(before!), Neighbours((await WholeAsync(b))!));
        Assert.Null(before!["version"]);
        Assert.InRange(await HeldAsync(a, "?local=true"), 1, Entries - 1);
        foreach (var i in Enumerable.Range(0, Entries))
            Assert.Equal($"e-{i}", (string)(await api.AskAsync($"/v1/memory/facts/entries/e-{i}")).Body["id"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await api.AskAsync("/v1/memory/facts/entries/nothing")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.AskAsync("/v1/memory/facts/search", """{ "vector": [1, 0, 0], "as_of": 1 }""")).Status);

        await a.KillAsync();

        var (status, partial) = await api.AskAsync("/v1/memory/facts/search", Search);
        Assert.Equal((HttpStatusCode.OK, true), (status, (bool)partial["partial"]!));
        Assert.All(partial["missing"]!.AsArray(), m => Assert.StartsWith("memory-updates-", ((string)m!["partition"]!)[topology.Prefix.Length..], StringComparison.Ordinal));
        Assert.DoesNotContain(partial["missing"]!.AsArray(), m => (string?)m!["instance"] == b.Url);
        Assert.InRange(partial["missing"]!.AsArray().Count, 1, Partitions - 1);
        Assert.InRange(Neighbours(partial).Count, 1, Entries - 1);
        Assert.Contains(
            (await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => api.AskAsync($"/v1/memory/facts/entries/e-{i}")))).Select(e => e.Status),
            s => s == HttpStatusCode.ServiceUnavailable);
        Assert.True((await api.MetricsAsync()).Sum("streaming_memory_partial_answers_total", ("namespace", "facts")) >= 1);

        await Eventually.HoldsAsync("the other has taken over", async () => await WholeAsync(api) is not null);
        var after = await WholeAsync(api);
        Assert.Equal(Neighbours(before), Neighbours(after!));
        Assert.NotNull(after!["version"]);
        Assert.Equal(Entries, await HeldAsync(api));
    }

    [RealKafkaFact]
    public async Task A_search_beyond_its_deadline_is_answered_by_those_that_were_in_time()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix(), session: 30, edit: WithFacts);
        using var states = new TestDirectory();
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        using var silent = new SilentServer();
        using var a = await StartAsync(topology, states.PathOf("a"), "memory", "--advertise", silent.Url);
        using var b = await StartAsync(topology, states.PathOf("b"), "memory");
        await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => producer.SendAsync(Fact(i))));
        await Eventually.HoldsAsync("both own a part", async () => await HeldAsync(a, "?local=true") > 0 && await HeldAsync(b, "?local=true") > 0 && await HeldAsync(a, "?local=true") + await HeldAsync(b, "?local=true") == Entries);

        JsonObject found = [];
        await Eventually.HoldsAsync("the silent one is asked", async () =>
        {
            found = (await b.AskAsync("/v1/memory/facts/search", """{ "vector": [1, 0.1, 0.3], "k": 100, "deadline_ms": 300 }""")).Body;
            return found["missing"]?.AsArray().Any(m => (string?)m!["instance"] == silent.Url) == true;
        });

        Assert.True((bool)found["partial"]!);
        Assert.Contains(found["missing"]!.AsArray(), m => (string)m!["reason"]! == "did not answer in time");
        Assert.Equal(await HeldAsync(b, "?local=true"), Neighbours(found).Count);
    }

    [RealKafkaFact]
    public async Task The_history_of_a_user_is_told_by_whoever_is_asked()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var states = new TestDirectory();
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        using var a = await StartAsync(topology, states.PathOf("a"), "users");
        using var b = await StartAsync(topology, states.PathOf("b"), "users");
        string[] users = [.. Enumerable.Range(0, 12).Select(i => $"u-{i}")];
        await Task.WhenAll(users.Select(u => producer.SendAsync(TestProducer.Click(u, "c", u))));

        foreach (var instance in new[] { a, b })
        {
            foreach (var user in users)
                await Eventually.HoldsAsync($"{user} is told", async () => (await instance.AskAsync($"/v1/users/{user}/history")).Status == HttpStatusCode.OK);
        }
        // Each of them owns some of these, so that the others were told by the other.
        Assert.Contains((await Task.WhenAll(users.Select(u => a.AskAsync($"/v1/users/{u}/history?local=true")))).Select(h => h.Status), s => s == HttpStatusCode.MisdirectedRequest);
    }

    private static string WithFacts(string text) =>
        TestTopology.Replace(Regex.Replace(text, @"memory-updates, partitions: \d+", $"memory-updates, partitions: {Partitions}"), "memory:\n", "memory:\n  - { name: facts, dimension: 3, metric: cosine, format: single, retention: { versions: 1000, time: 1h } }\n");

    private static MemoryUpdate Fact(int i) => new()
    {
        Namespace = "facts",
        Id = $"e-{i}",
        EventTimeMs = TestProducer.NowMs,
        Upsert = new MemoryUpsert { Vector = { 1 + (i % 7), 1 + (i % 11), 1 + (i % 3) } },
    };

    private static async Task<JsonObject?> WholeAsync(ServerInstance instance)
    {
        var (status, found) = await instance.AskAsync("/v1/memory/facts/search", Search);
        return status == HttpStatusCode.OK && !(bool)found["partial"]! && Neighbours(found).Count == 20 ? found : null;
    }

    private static async Task<int> HeldAsync(ServerInstance instance, string query = "")
    {
        var (_, list) = await instance.AskAsync($"/v1/memory{query}");
        return (int?)list["namespaces"]?.AsArray().Single(n => (string)n!["name"]! == "facts")!["entries"] ?? -1;
    }

    private static List<string> Neighbours(JsonObject found) => [.. found["neighbours"]!.AsArray().Select(n => $"{n!["id"]} {n["score"]}")];

    private static List<string> Instances(JsonObject found) => [.. found["instances"]?.AsArray().Select(i => (string)i!["instance"]!) ?? []];

    private Task<ServerInstance> StartAsync(TestTopology topology, string state, string role, params string[] options) =>
        ServerInstance.StartAsync(topology, state, ["--roles", role, "--bootstrap-servers", kafka.BootstrapServers, .. options]);
}
