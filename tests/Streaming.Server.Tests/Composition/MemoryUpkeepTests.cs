using System.Net;
using System.Text.Json.Nodes;
using Streaming.Core.Contracts;

namespace Streaming.Server.Tests.Composition;

/// <summary>A namespace that is large enough for lists, of an instance on its own embedded cluster.</summary>
public sealed class MemoryUpkeepTests
{
    private const int Entries = 6_000;
    private const int Dimension = 8;

    // An exact search that takes long, on a busy machine, is followed by a hundred times as long without one.
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Recall_falls_with_searches_of_one_list_and_space_comes_back_when_asked_for()
    {
        using var topology = new TestTopology("", edit: WithPoints);
        using var state = new TestDirectory();
        using var instance = await ServerInstance.StartAsync(topology, state.PathOf("state"), "--roles", "memory");
        using var producer = new TestProducer(instance.BootstrapServers, topology.Topology);
        await instance.ReadyAsync();
        await Task.WhenAll(Enumerable.Range(0, Entries).Select(i => producer.SendAsync(Point(i))));
        await Eventually.HoldsAsync("all are in lists", async () => await PointsAsync(instance) is { } points && (int)points["entries"]! == Entries && (int)points["lists"]! > 8 && !(bool)points["moving"]!);
        Assert.Null((await PointsAsync(instance))["recall"]);

        await SampledAsync(instance, "\"lists\": 1000, \"candidates\": 6000");
        var good = await PointsAsync(instance);
        await SampledAsync(instance, "\"lists\": 1");
        await SampledAsync(instance, "\"lists\": 1");
        var bad = await PointsAsync(instance);
        Assert.Equal(1, (double)good["recall"]!);
        Assert.InRange((double)bad["recall"]!, 0, 0.95);
        var metrics = await instance.MetricsAsync();
        Assert.InRange(metrics.Sum("streaming_memory_recall", ("namespace", "points")), 0, 0.95);
        Assert.True(metrics.Sum("streaming_memory_recall_samples", ("namespace", "points")) >= 3);

        // One in ten of each chunk is too few to be reclaimed otherwise.
        await Task.WhenAll(Enumerable.Range(0, Entries / 10).Select(i => producer.SendAsync(Delete(10 * i))));
        await Eventually.HoldsAsync("they are gone", async () => (int)(await PointsAsync(instance))["entries"]! == Entries * 9 / 10);
        Assert.InRange((int)(await PointsAsync(instance))["rows"]!, (Entries * 9 / 10) + 1, Entries);
        var (status, done) = await instance.AskAsync("/v1/memory/points/compact", "{}");
        Assert.True(status == HttpStatusCode.OK, done.ToJsonString());
        var part = done["instances"]![0]!;
        Assert.True((bool)part["complete"]!);
        Assert.Equal(((int)part["entries"]!, true), ((int)part["rows"]!, (int)part["rows_before"]! > (int)part["rows"]!));
        Assert.Equal((long)part["rows"]!, (long)(await PointsAsync(instance))["rows"]!);

        Assert.True((bool)(await instance.AskAsync("/v1/memory/points/retrain", "{}")).Body["instances"]![0]!["training"]!);
        await Eventually.HoldsAsync("it is at rest", async () => !(bool)(await PointsAsync(instance))["moving"]!);
        Assert.Equal(10, (await SearchAsync(instance, "\"lists\": 8"))["neighbours"]!.AsArray().Count);
    }

    // Searches until one more of them was taken for the sample, of which there is at most one a second.
    private static async Task SampledAsync(ServerInstance instance, string effort)
    {
        var before = (int)(await PointsAsync(instance))["recall_samples"]!;
        await Eventually.HoldsAsync("a search is taken for the sample", IsTakenAsync, Rest);

        async Task<bool> IsTakenAsync()
        {
            await SearchAsync(instance, effort);
            return (int)(await PointsAsync(instance))["recall_samples"]! > before;
        }
    }

    private static async Task<JsonObject> SearchAsync(ServerInstance instance, string effort)
    {
        var (status, found) = await instance.AskAsync("/v1/memory/points/search", $$"""{ "vector": [{{string.Join(", ", Vector(-1))}}], {{effort}} }""");
        Assert.True(status == HttpStatusCode.OK, found.ToJsonString());
        return found;
    }

    private static async Task<JsonObject> PointsAsync(ServerInstance instance) =>
        (await instance.AskAsync("/v1/memory")).Body["namespaces"]!.AsArray().Single(n => (string)n!["name"]! == "points")!.AsObject();

    private static string WithPoints(string text) =>
        TestTopology.Replace(text, "memory:\n", $"memory:\n  - {{ name: points, dimension: {Dimension}, metric: l2 }}\n");

    private static MemoryUpdate Point(int i) =>
        new() { Namespace = "points", Id = $"p-{i}", EventTimeMs = TestProducer.NowMs, Upsert = new MemoryUpsert { Vector = { Vector(i) } } };

    private static MemoryUpdate Delete(int i) => new() { Namespace = "points", Id = $"p-{i}", EventTimeMs = TestProducer.NowMs + 1, Delete = new MemoryDelete() };

    // Spread evenly, so that the ten nearest lie in many lists.
    private static float[] Vector(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Dimension).Select(_ => MathF.Round((float)random.NextDouble(), 4))];
    }
}
