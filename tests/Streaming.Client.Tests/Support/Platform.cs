using Streaming.Core.Contracts;
using Streaming.Core.Partitioning;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;
using Streaming.Runtime.Records;
using Streaming.TestSupport;

namespace Streaming.Client.Tests.Support;

/// <summary>A topology whose topics no other test has, on a cluster, and what a client of it needs.</summary>
internal sealed class Platform(KafkaOptions kafka)
{
    public const int Partitions = 3;

    public Topology Topology { get; } = new Topology { Name = "test", Actions = ["impression", "click"] }.WithPrefix($"{Guid.NewGuid():N}-");

    public ClientOptions Options { get; init; } = new() { BootstrapServers = kafka.BootstrapServers, Settings = kafka.ViewSettings(), Source = "/tests" };

    /// <summary>A time that every message of the tests has.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public static UserEvent Event => new() { EventId = "e-1", UserId = "user-1", CreativeId = "c-1", Action = "click", EventTimeMs = Now.ToUnixTimeMilliseconds() };

    public static Creative Creative =>
        new() { CreativeId = "c-1", Texts = { new CreativeText { Role = "title", Text = "A title" } }, EventTimeMs = Now.ToUnixTimeMilliseconds() };

    public static MemoryUpdate Upsert =>
        new() { Namespace = "space", Id = "m-1", EventTimeMs = Now.ToUnixTimeMilliseconds(), Upsert = new MemoryUpsert { Vector = { 1, 2 } } };

    /// <summary>Makes the topics.</summary>
    public async Task<Platform> WithTopicsAsync(ITopicAdmin admin)
    {
        var plain = Topology.Topics.All.Select(t => new TopicDefinition(t.Name, Partitions, -1, new Dictionary<string, string>()));
        await admin.EnsureAsync([.. plain], CancellationToken.None);
        return this;
    }

    public StreamingProducer Producer(Topology? topology = null) => new(Options, topology ?? Topology, new FixedClock(Now));

    /// <summary>Everything that is in a topic now.</summary>
    public async Task<IReadOnlyList<InputRecord>> ReadAsync(TopicOptions topic)
    {
        var records = new List<InputRecord>();
        var caughtUp = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var reader = new KafkaLogReader(kafka, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var reading = reader.ReadAllAsync(topic.Name, records.Add, caughtUp.SetResult, stop.Token);
        await (await Task.WhenAny(reading, caughtUp.Task)).WaitAsync(Eventually.Deadline);
        await stop.CancelAsync();
        await reading;
        return records;
    }

    public static int PartitionOf(string key) => Murmur2.Partition(key, Partitions);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
