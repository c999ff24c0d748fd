using System.Net;
using Confluent.Kafka;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;

namespace Streaming.Server.Tests.Composition;

/// <summary>How an instance starts, stops and comes back, on a real broker.</summary>
public sealed class LifecycleTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>
{
    [RealKafkaFact]
    public async Task Until_its_partitions_come_an_instance_is_alive_and_not_ready_and_says_why()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var state = new TestDirectory();
        var options = new KafkaOptions { BootstrapServers = kafka.BootstrapServers };
        await new KafkaTopicAdmin(options).EnsureAsync(TopicDefinitions.Of(topology.Topology), CancellationToken.None);
        using var holder = HoldPartitions(options, topology);
        using var instance = await StartAsync(topology, state, "--roles", "users");

        var (live, _) = await instance.AskAsync("/livez");
        var (ready, body) = await instance.AskAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, live);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
        Assert.False((bool)body["ready"]!);
        Assert.Equal("users: no partitions assigned yet", (string)Assert.Single(body["reasons"]!.AsArray())!);

        holder.Close();
        await instance.ReadyAsync();
    }

    [RealKafkaFact]
    public async Task SIGTERM_commits_everything_so_that_a_restart_publishes_nothing_again()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var state = new TestDirectory();
        using var progress = new TopicProgress(kafka.BootstrapServers);
        using var producer = new TestProducer(kafka.BootstrapServers, topology.Topology);
        var (users, creatives) = (topology.Topics.UserFeatures.Name, topology.Topics.CreativeFeatures.Name);
        using (var first = await StartAsync(topology, state))
        {
            await first.ReadyAsync();
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => producer.SendAsync(TestProducer.Creative($"c-{i}", $"Creative {i}"))));
            await Task.WhenAll(Enumerable.Range(0, 200).Select(i => producer.SendAsync(TestProducer.Click($"u-{i % 10}", $"c-{i % 20}", $"e-{i}"))));
            await progress.ReachesAsync(users, 200);
            await progress.ReachesAsync(creatives, 20);
            // Most of it is applied and not committed now: the interval is half a second.
            (await first.TerminateAsync()).Exited(0);
        }

        using var second = await StartAsync(topology, state);
        await second.ReadyAsync();
        await producer.SendAsync(TestProducer.Creative("c-20", "Creative 20"));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(u => producer.SendAsync(TestProducer.Click($"u-{u}", "c-0", $"again-{u}"))));
        await progress.ReachesAsync(users, 210);
        await progress.ReachesAsync(creatives, 21);

        var metrics = await second.MetricsAsync();
        Assert.Equal(10, metrics.Sum("streaming_records_processed_total", ("role", "users")));
        Assert.Equal(1, metrics.Sum("streaming_records_processed_total", ("role", "creatives")));
        var (_, user) = await second.AskAsync("/v1/users/u-3");
        Assert.Equal(21, (long)user["history_length"]!);
        (await second.TerminateAsync()).Exited(0);
        Assert.Equal((210, 21), (progress.End(users), progress.End(creatives)));
    }

    [RealKafkaFact]
    public async Task A_state_directory_is_held_by_one_instance_at_a_time()
    {
        using var topology = new TestTopology(TestTopology.NewPrefix());
        using var state = new TestDirectory();
        using var first = await StartAsync(topology, state, "--roles", "creatives");

        var second = await StreamingProgram.RunAsync(
            "run", "--topology", topology.Path, "--state-dir", state.Path, "--bootstrap-servers", kafka.BootstrapServers, "--http", "http://127.0.0.1:0");

        second.Exited(1);
        Assert.Contains($"streaming: state directory '{state.PathOf(topology.Topology.Name)}' cannot be used", second.LastError, StringComparison.Ordinal);
    }

    // It polls until it owns everything, and then never again: it is alive to the group, and gives nothing away.
    private static IConsumer<byte[], byte[]> HoldPartitions(KafkaOptions options, TestTopology topology)
    {
        var owned = 0;
        var holder = new ConsumerBuilder<byte[], byte[]>(options.Member($"{topology.Topology.Name}.users", TimeSpan.FromSeconds(30)))
            .SetPartitionsAssignedHandler((_, partitions) => owned += partitions.Count)
            .SetPartitionsRevokedHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
        holder.Subscribe(topology.Topics.UserEvents.Name);
        while (owned < topology.Topics.UserEvents.Partitions)
            holder.Consume(TimeSpan.FromMilliseconds(50));
        return holder;
    }

    private Task<ServerInstance> StartAsync(TestTopology topology, TestDirectory state, params string[] options) =>
        ServerInstance.StartAsync(topology, state.Path, ["--bootstrap-servers", kafka.BootstrapServers, .. options]);
}
