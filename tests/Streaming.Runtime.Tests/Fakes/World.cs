using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Core.Aggregates;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Core.Topologies;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>What outlives an instance: the broker, the disk and the clock. Runs one role over any sequence of steps.</summary>
internal sealed class World : IDisposable
{
    public const int Partitions = 2;
    private readonly TemporaryFolder _folder = new();

    public World()
    {
        Log = new MemoryLog(Clock, Partitions);
        Sink = new MemorySink(Log);
    }

    public ManualTime Clock { get; } = new();

    public MemoryLog Log { get; }

    public MemorySink Sink { get; private set; }

    public RuntimeMetrics Metrics { get; } = new();

    public string StateRoot => _folder.Path;

    /// <summary>Every commit also goes to a changelog topic.</summary>
    public void KeepChangelog() => Topology = Topology with { Runtime = Topology.Runtime with { Changelog = true } };

    /// <summary>The disk is lost: the next instance starts without state.</summary>
    public void LoseDisk() => Directory.Delete(Path.Combine(StateRoot, "users"), recursive: true);

    public string ClusterId { get; set; } = "cluster-a";

    public FakeSequenceModel Model { get; set; } = new();

    public FakeCreativeModels Creatives { get; } = new();

    /// <summary>Makes the processor factory of an instance; a restart makes everything in memory anew.</summary>
    public Func<World, IProcessorFactory> Role { get; set; } = Users;

    /// <summary>The creative table of the newest instance.</summary>
    public CreativeTable Table { get; private set; } = null!;

    /// <summary>The batcher of the newest instance.</summary>
    public SequenceBatcher Batcher { get; private set; } = null!;

    public Topology Topology { get; set; } = new()
    {
        Name = "test",
        Actions = ["impression", "click", "purchase"],
        Users = new UsersOptions
        {
            SegmentTokens = 4,
            RecentSemanticIds = 3,
            Aggregates =
            [
                new() { Name = "impressions", Kind = AggregateKind.Count, Action = "impression", Window = TimeSpan.FromHours(1) },
                new() { Name = "clicks", Kind = AggregateKind.Count, Action = "click", Window = TimeSpan.FromHours(1) },
                new() { Name = "ctr", Kind = AggregateKind.Ratio, Of = "clicks", To = "impressions" },
                new() { Name = "revenue", Kind = AggregateKind.Sum, Window = TimeSpan.FromDays(1) },
                new() { Name = "last_value", Kind = AggregateKind.Last },
            ],
        },
        Runtime = new RuntimeOptions { DeliveryTimeout = TimeSpan.FromSeconds(5), Changelog = false },
    };

    public UsersOptions UserOptions
    {
        get => Topology.Users;
        set => Topology = Topology with { Users = value };
    }

    public static IProcessorFactory Users(World world)
    {
        world.Table = new CreativeTable(world.Log, world.Topology.Topics.CreativeFeatures.Name, new CreativeModelVersions("", ""), NullLogger.Instance);
        foreach (var record in world.Log.Read(world.Topology.Topics.CreativeFeatures.Name))
            world.Table.Apply(record);
        var cache = new SequenceCache(world.UserOptions.CacheBytes, world.Metrics);
        world.Batcher = new SequenceBatcher(world.Model, world.Table, cache, world.UserOptions.Batch, world.Metrics, world.Clock, NullLogger.Instance);
        return new UserProcessorFactory(UserSettings.From(world.Topology), new(world.Batcher, "", world.Metrics, world.Clock));
    }

    public static IProcessorFactory CreativesRole(World world) =>
        new CreativeProcessorFactory(CreativeSettings.From(world.Topology, Partitions), world.Creatives.Services(world.Clock));

    /// <summary>The planted fault of a producer that acknowledges too early.</summary>
    public void AcknowledgeEarly() => Sink = new MemorySink(Log) { AcknowledgesEarly = true };

    /// <summary>Runs the steps, restarting after every crash, until all records are applied and committed.</summary>
    public void Run(params IEnumerable<Step> steps)
    {
        var script = new Queue<Step>(steps);
        for (var ended = false; !ended;)
        {
            using var instance = new Instance(this, script);
            ended = instance.Run();
        }
    }

    public InputRecord Send(UserEvent @event) => Send(Topology.Topics.UserEvents.Name, @event.UserId, @event.ToByteArray());

    public InputRecord Send(Creative creative) => Send(Topology.Topics.Creatives.Name, creative.CreativeId, creative.ToByteArray());

    public InputRecord Send(string topic, string key, byte[]? value) => Log.Append(new(topic, Encoding.UTF8.GetBytes(key), value, []));

    /// <summary>Appends creative features, and lets the running instance's table see them.</summary>
    public void SendFeatures(string creativeId, long version, float content)
    {
        var features = new CreativeFeatures { CreativeId = creativeId, Version = version, SemanticId = new SemanticId { Codes = { (uint)content } } };
        features.Embedding.Add(content);
        var record = Send(Topology.Topics.CreativeFeatures.Name, creativeId, features.ToByteArray());
        Table?.Apply(record);
    }

    public void Dispose()
    {
        Metrics.Dispose();
        _folder.Dispose();
    }
}
