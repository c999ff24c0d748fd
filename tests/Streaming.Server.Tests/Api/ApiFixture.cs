using Streaming.Core.Contracts;

namespace Streaming.Server.Tests.Api;

/// <summary>
/// An instance with all roles on its own embedded cluster, a few creatives, users and vectors in it, and two more instances on that cluster:
/// one with the memory role only, one with the api role only, which finds it by its announcement.
/// </summary>
public sealed class ApiFixture : IAsyncLifetime, IDisposable
{
    public const int Creatives = 6;
    public const int Facts = 4;
    private readonly TestDirectory _state = new();
    private readonly TestTopology _topology = new("", edit: WithFacts);
    private readonly TestTopology _neighbours = new("", edit: text => TestTopology.Replace(WithFacts(text), "name: ads", "name: neighbours"));
    private ServerInstance? _all;
    private ServerInstance? _memory;
    private ServerInstance? _api;

    internal ServerInstance All => _all!;

    internal ServerInstance MemoryOnly => _memory!;

    internal ServerInstance ApiOnly => _api!;

    public async Task InitializeAsync()
    {
        _all = await ServerInstance.StartAsync(_topology, _state.PathOf("all"));
        await _all.ReadyAsync();
        using var producer = new TestProducer(_all.BootstrapServers, _topology.Topology);
        await FillAsync(producer);
        // Another process cannot ask the built-in cluster for a topic; sending to it makes it.
        await producer.SendRawAsync(_neighbours.Topology.InstancesTopic, "nobody", (byte[]?)null);
        _memory = await ServerInstance.StartAsync(_neighbours, _state.PathOf("memory"), ["--roles", "memory", .. Neighbour()]);
        _api = await ServerInstance.StartAsync(_neighbours, _state.PathOf("api"), ["--roles", "api", .. Neighbour()]);
        await Task.WhenAll(_memory.ReadyAsync(), _api.ReadyAsync());
        foreach (var instance in new[] { _memory, _api })
        {
            await EntriesAsync(instance, "creatives", Creatives);
            await EntriesAsync(instance, "facts", Facts);
        }

        // The built-in cluster answers a fetch only when its time is over.
        string[] Neighbour() => ["--bootstrap-servers", _all.BootstrapServers, "--kafka.fetch.wait.max.ms", "5"];
    }

    /// <summary>Sends an upsert of the facts.</summary>
    internal async Task SendFactAsync(string id, params float[] vector)
    {
        using var producer = new TestProducer(All.BootstrapServers, _topology.Topology);
        await producer.SendAsync(Fact(id, vector));
    }

    /// <summary>The topology file of the instance with all roles.</summary>
    internal string TopologyPath => _topology.Path;

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _api?.Dispose();
        _memory?.Dispose();
        _all?.Dispose();
        _topology.Dispose();
        _neighbours.Dispose();
        _state.Dispose();
    }

    // A namespace of another dimension, fed by updates only.
    private static string WithFacts(string text) =>
        TestTopology.Replace(text, "memory:\n", "memory:\n  - { name: facts, dimension: 3, metric: cosine, time_to_live: 7d, format: single, retention: { versions: 1000, time: 1h }, search: { lists: 8, candidates: 50 } }\n");

    private async Task FillAsync(TestProducer producer)
    {
        string[] titles = ["Red running shoes", "Blue running shoes", "Trail running shoes", "Mystery novel", "Science fiction novel", "Cooking pot"];
        string[] categories = ["shoes", "shoes", "shoes", "books", "books", "kitchen"];
        await Task.WhenAll(titles.Select((title, i) => producer.SendAsync(TestProducer.Creative($"c-{i}", title, categories[i]))));
        await EntriesAsync(All, "creatives", Creatives);
        await Task.WhenAll(Enumerable.Range(0, Creatives).Select(i => producer.SendAsync(TestProducer.Click("u-1", $"c-{i}", $"u-1/{i}"))));
        await producer.SendAsync(TestProducer.Click("u-2", "c-nowhere", "u-2/0"));
        await producer.SendRawAsync(_topology.Topics.UserEvents.Name, "u-1", [1, 2, 3]);
        // The last one is a fact without a vector, under a key with a slash.
        await Task.WhenAll(Fact("north", 0, 1, 0), Fact("east", 1, 0, 0), Fact("up", 0, 0, 1), Fact("promotions/spring"));
        await EntriesAsync(All, "facts", Facts);
        await EventuallyAsync(All, "/v1/users/u-1", body => (long)body["history_length"]! == Creatives);
        await EventuallyAsync(All, "/v1/users/u-2", _ => true);

        Task Fact(string id, params float[] vector) => producer.SendAsync(ApiFixture.Fact(id, vector));
    }

    private static MemoryUpdate Fact(string id, float[] vector) => new()
    {
        Namespace = "facts",
        Id = id,
        EventTimeMs = TestProducer.NowMs,
        Upsert = new MemoryUpsert { Vector = { vector }, Attributes = { ["axis"] = id } },
    };

    private static Task EntriesAsync(ServerInstance instance, string space, int entries) => EventuallyAsync(
        instance, "/v1/memory", body => (int?)body["namespaces"]?.AsArray().Single(n => (string)n!["name"]! == space)!["entries"] == entries);

    private static async Task EventuallyAsync(ServerInstance instance, string path, Func<System.Text.Json.Nodes.JsonObject, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        while (true)
        {
            var (status, body) = await instance.AskAsync(path);
            if (status == System.Net.HttpStatusCode.OK && condition(body))
                return;
            Assert.False(deadline.IsCancellationRequested, $"{path} still answers {status} {body}");
            await timer.WaitForNextTickAsync();
        }
    }
}
