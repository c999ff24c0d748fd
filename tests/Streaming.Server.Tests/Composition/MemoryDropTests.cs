using System.Globalization;
using System.Net;
using Streaming.Core.Contracts;
using Streaming.Memory.Snapshots;

namespace Streaming.Server.Tests.Composition;

/// <summary>A namespace is dropped while its instance runs and while it does not. The cluster is another instance's built-in one, whose topics keep everything.</summary>
public sealed class MemoryDropTests : IAsyncLifetime, IDisposable
{
    private const int Facts = 40;
    private readonly TestDirectory _state = new();
    private readonly TestTopology _topology = new("", edit: WithFacts);
    private ServerInstance? _cluster;
    private TestProducer? _producer;
    private long _timeMs = TestProducer.NowMs;

    public async Task InitializeAsync()
    {
        _cluster = await ServerInstance.StartAsync(_topology, _state.PathOf("cluster"), "--roles", "api");
        _producer = new(_cluster.BootstrapServers, _topology.Topology);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _producer?.Dispose();
        _cluster?.Dispose();
        _topology.Dispose();
        _state.Dispose();
    }

    [Theory]
    [InlineData("facts")]
    [InlineData("fleeting")]
    public async Task What_was_dropped_is_gone_from_memory_and_disk_and_does_not_come_back(string space)
    {
        using (var first = await StartAsync())
        {
            await first.ReadyAsync();
            await SendAsync(space, 0, Facts);
            await EntriesAsync(first, space, Facts);
            var (status, written) = await first.AskAsync($"/v1/memory/{space}/snapshot", "{}");
            if (space == "fleeting")
                Assert.Equal((HttpStatusCode.Conflict, true), (status, ((string)written["detail"]!).StartsWith("memory.fleeting.snapshots.interval = '0s'", StringComparison.Ordinal)));
            else
                Assert.Equal(Facts, SnapshotHeader.Read((string)written["instances"]![0]!["path"]!).Entries);

            await DropAsync(first, space);
            await EntriesAsync(first, space, 0);
            if (space == "facts")
                await Eventually.HoldsAsync("no snapshot has what was dropped", () => Snapshots() is [var only] && SnapshotHeader.Read(only).Entries == 0);
            await SendAsync(space, Facts, Facts + 1);
            await EntriesAsync(first, space, 1);
            // Once more: there is nothing older left, and what is older than now goes.
            await DropAsync(first, space);
            await EntriesAsync(first, space, 0);
            await SendAsync(space, Facts, Facts + 2);
            await EntriesAsync(first, space, 2);
            await first.KillAsync();
        }
        // From its snapshot, and then from the topics alone.
        using (var second = await StartAsync())
        {
            await second.ReadyAsync();
            await EntriesAsync(second, space, 2);
            (await second.TerminateAsync()).Exited(0);
        }
        Directory.Delete(_state.PathOf("memory"), recursive: true);
        using var third = await StartAsync();
        await third.ReadyAsync();
        await EntriesAsync(third, space, 2);
        Assert.Equal(HttpStatusCode.NotFound, (await third.AskAsync($"/v1/memory/{space}/entries/e-0")).Status);
    }

    private Task<ServerInstance> StartAsync() => ServerInstance.StartAsync(
        _topology, _state.PathOf("memory"), "--roles", "memory", "--bootstrap-servers", _cluster!.BootstrapServers, "--kafka.fetch.wait.max.ms", "5");

    // A drop is ordered by its time among the writes: those of the test's clock are all before now.
    private async Task DropAsync(ServerInstance instance, string space)
    {
        await Eventually.HoldsAsync("the clock has gone on", () => TestProducer.NowMs > _timeMs);
        var sent = (await StreamingProgram.RunAsync("memory", "drop", space, "--confirm", space, "--api", instance.Url, "--json")).Exited(0);
        _timeMs = long.Parse((string)Assert.Single(sent.JsonLines)["dropped_before"]!, CultureInfo.InvariantCulture) + 1;
    }

    private Task SendAsync(string space, int from, int to) => Task.WhenAll(Enumerable.Range(from, to - from).Select(i => _producer!.SendAsync(new MemoryUpdate
    {
        Namespace = space,
        Id = $"e-{i}",
        EventTimeMs = _timeMs,
        Upsert = new MemoryUpsert { Vector = { 1 + (i % 7), i % 11, i % 3 } },
    })));

    private List<string> Snapshots() => [.. Directory.GetFiles(_state.PathOf($"memory/{_topology.Topology.Name}/memory/facts"), "*.snapshot")];

    private static Task EntriesAsync(ServerInstance instance, string space, int entries) => Eventually.HoldsAsync(
        $"{entries} entries are in {space}", async () => (await instance.MetricsAsync()).Sum("streaming_memory_entries", ("namespace", space)) == entries);

    private static string WithFacts(string text) => TestTopology.Replace(
        text,
        "memory:\n",
        "memory:\n  - { name: facts, dimension: 3, metric: cosine, snapshots: { interval: 1h, keep: 3, max_age: 10h } }\n  - { name: fleeting, dimension: 3, metric: cosine, snapshots: { interval: 0s } }\n");
}
