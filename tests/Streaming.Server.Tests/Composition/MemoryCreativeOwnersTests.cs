using System.Net;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Streaming.Core.Contracts;

namespace Streaming.Server.Tests.Composition;

/// <summary>Two instances on a real broker share a namespace of the creatives, which two topics feed: what is told of a creative on either reaches the one instance that holds it.</summary>
public sealed class MemoryCreativeOwnersTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>
{
    private const int Creatives = 48;
    private const int Dimension = 32;

    [RealKafkaFact]
    public async Task Updates_and_deletes_of_creatives_by_key_and_by_filter_hold_whoever_owns_what()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var states = new TestDirectory();
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        using var a = await StartAsync(topology, states.PathOf("a"));
        using var b = await StartAsync(topology, states.PathOf("b"));
        await Task.WhenAll(Enumerable.Range(0, Creatives).Select(i => producer.SendRawAsync(topology.Topics.CreativeFeatures.Name, Id(i), Features(i))));
        string[] all = [.. Enumerable.Range(0, Creatives).Select(i => $"{Id(i)} {Category(i)}")];
        foreach (var instance in new[] { a, b })
            await Eventually.HoldsAsync("both have a part, and together all", async () => await WholeAsync(instance) is { } found && Instances(found) == 2 && Found(found).SequenceEqual(all.Order(StringComparer.Ordinal)));

        // Of each four: one is changed, one is deleted by its key, one by a filter, and one stays.
        await Task.WhenAll(Enumerable.Range(0, Creatives).Where(i => i % 4 < 2).Select(i => producer.SendAsync(Update(i))));
        await producer.SendAsync(new MemoryUpdate { Namespace = "creatives", EventTimeMs = TestProducer.NowMs, DeleteWhere = new MemoryDeleteWhere { Attributes = { ["category"] = "games" } } });

        string[] expected = [.. Enumerable.Range(0, Creatives).Where(i => i % 4 is 0 or 3).Select(i => $"{Id(i)} {(i % 4 == 0 ? "changed" : Category(i))}").Order(StringComparer.Ordinal)];
        List<string> last = [];
        try
        {
            foreach (var instance in new[] { a, b })
                await Eventually.HoldsAsync("all of it holds", async () => (last = await WholeAsync(instance) is { } found ? Found(found) : last).SequenceEqual(expected));
        }
        catch (TimeoutException)
        {
            Assert.Equal(expected, last);
        }
        foreach (var i in Enumerable.Range(0, Creatives))
            Assert.Equal(i % 4 is 0 or 3 ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await a.AskAsync($"/v1/memory/creatives/entries/{Id(i)}")).Status);
        // What was changed must not be found as it was, by a filter or by its old vector.
        var (_, old) = await b.AskAsync("/v1/memory/creatives/search", $$"""{ "vector": [{{string.Join(", ", Vector(1))}}], "k": 1000, "where": { "category": "books" } }""");
        Assert.Equal(expected.Where(e => e.EndsWith("books", StringComparison.Ordinal)), Found(old));
        Assert.Equal(expected.Length, await HeldAsync(a) + await HeldAsync(b));

        (await b.TerminateAsync()).Exited(0);
        await Eventually.HoldsAsync("the other has taken over", async () => await WholeAsync(a) is { } found && Instances(found) == 1);
        Assert.Equal(expected, Found((await WholeAsync(a))!));
    }

    private static string Id(int i) => $"c-{i}";

    private static string Category(int i) => i % 4 == 2 ? "games" : "books";

    private static float[] Vector(int sign) => [.. Enumerable.Range(0, Dimension).Select(d => d == 0 ? sign : 0f)];

    private static CreativeFeatures Features(int i) => new()
    {
        CreativeId = Id(i),
        Category = Category(i),
        Embedding = { Vector(1) },
        SourceAppendTimeMs = TestProducer.NowMs - 60_000,
    };

    private static MemoryUpdate Update(int i)
    {
        var update = new MemoryUpdate { Namespace = "creatives", Id = Id(i), EventTimeMs = TestProducer.NowMs };
        if (i % 4 == 0)
            update.Upsert = new MemoryUpsert { Vector = { Vector(-1) }, Attributes = { ["category"] = "changed" } };
        else
            update.Delete = new MemoryDelete();
        return update;
    }

    private static async Task<JsonObject?> WholeAsync(ServerInstance instance)
    {
        var (status, found) = await instance.AskAsync("/v1/memory/creatives/search", $$"""{ "vector": [{{string.Join(", ", Vector(1))}}], "k": 1000, "exact": true, "deadline_ms": 10000 }""");
        return status == HttpStatusCode.OK && !(bool)found["partial"]! ? found : null;
    }

    private static int Instances(JsonObject found) => found["instances"]?.AsArray().Count ?? 1;

    private static List<string> Found(JsonObject found) => [.. found["neighbours"]!.AsArray().Select(n => $"{n!["id"]} {n["attributes"]!["category"]}").Order(StringComparer.Ordinal)];

    private static async Task<int> HeldAsync(ServerInstance instance) =>
        (int)(await instance.AskAsync("/v1/memory?local=true")).Body["namespaces"]!.AsArray().Single(n => (string)n!["name"]! == "creatives")!["entries"]!;

    private Task<ServerInstance> StartAsync(TestTopology topology, string state) =>
        ServerInstance.StartAsync(topology, state, ["--roles", "memory", "--bootstrap-servers", kafka.BootstrapServers]);
}
