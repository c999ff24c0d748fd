using Streaming.Core.Aggregates;
using Streaming.Core.Topologies;

namespace Streaming.Core.Tests.Topologies;

public sealed class TopologyValidatorTests
{
    private static readonly Topology Good = new()
    {
        Name = "ads",
        Actions = ["click"],
        Users = new UsersOptions { Model = "model" },
        Creatives = new CreativesOptions { Encoder = "encoder", Codebook = "codebook" },
        Memory = [new MemoryNamespaceOptions { Name = "creatives" }],
    };

    public static TheoryData<Func<Topology, Topology>, string, string> Broken => new()
    {
        { t => t with { Name = "" }, "name", "" },
        { t => t with { Name = "a b" }, "name", "a b" },
        { t => t with { Name = ".." }, "name", ".." },
        { t => t with { Actions = [] }, "actions", "" },
        { t => t with { Actions = ["click", "click"] }, "actions", "click" },
        { t => t with { Actions = ["click", ""] }, "actions", "" },
        { t => t with { Creatives = t.Creatives with { Encoder = "" } }, "creatives.encoder", "" },
        { t => t with { Creatives = t.Creatives with { Codebook = "" } }, "creatives.codebook", "" },
        { t => Events(t, o => o with { Name = "bad name" }), "topics.name", "bad name" },
        { t => Events(t, o => o with { Name = new string('t', 250) }), "topics.name", "ttt" },
        { t => Events(t, o => o with { Name = "creatives" }), "topics.name", "creatives" },
        { t => Events(t, o => o with { Partitions = 0 }), "topics.user-events.partitions", "0" },
        { t => Events(t, o => o with { Partitions = 10_001 }), "topics.user-events.partitions", "10001" },
        { t => Events(t, o => o with { ReplicationFactor = 0 }), "topics.user-events.replication_factor", "0" },
        { t => Events(t, o => o with { ReplicationFactor = -2 }), "topics.user-events.replication_factor", "-2" },
        { t => t with { Topics = new TopologyTopics { ModelRegistry = t.Topics.ModelRegistry with { Partitions = 4 } } }, "topics.model_registry.partitions", "4" },
        { t => Users(t, u => u with { Model = "" }), "users.model", "" },
        { t => Users(t, u => u with { RecentSemanticIds = 1025 }), "users.recent_semantic_ids", "1025" },
        { t => Users(t, u => u with { SegmentTokens = 0 }), "users.segment_tokens", "0" },
        { t => Users(t, u => u with { SegmentTokens = 4097 }), "users.segment_tokens", "4097" },
        { t => Users(t, u => u with { DuplicateWindow = -1 }), "users.duplicate_window", "-1" },
        { t => Users(t, u => u with { MaxActors = 0 }), "users.max_actors", "0" },
        { t => Users(t, u => u with { CacheBytes = (1 << 20) - 1 }), "users.cache_bytes", "1048575" },
        { t => Users(t, u => u with { Engine = "tpu" }), "users.engine", "tpu" },
        { t => Users(t, u => u with { KvPrecision = "int8" }), "users.kv_precision", "int8" },
        { t => Users(t, u => u with { KvPrecision = "fp8", Engine = "cpu" }), "users.kv_precision", "fp8" },
        { t => Users(t, u => u with { KvPrecision = "fp32", Engine = "gpu" }), "users.kv_precision", "fp32" },
        { t => Users(t, u => u with { Prefill = "fast" }), "users.prefill", "fast" },
        { t => Users(t, u => u with { Prefill = "tensor_cores", Engine = "cpu" }), "users.prefill", "tensor_cores" },
        { t => Users(t, u => u with { Batch = new BatchOptions { Max = 0 } }), "users.batch.max", "0" },
        { t => Users(t, u => u with { Batch = new BatchOptions { Budget = TimeSpan.FromSeconds(2) } }), "users.batch.budget", "00:00:02" },
        { t => Aggregates(t, Count("")), "users.aggregates.name", "" },
        { t => Aggregates(t, Count("a"), Count("a")), "users.aggregates.name", "a" },
        { t => Aggregates(t, Count("a") with { Action = "jump" }), "users.aggregates.a.action", "jump" },
        { t => Aggregates(t, Count("a") with { Window = TimeSpan.FromMilliseconds(999) }), "users.aggregates.a.window", "00:00:00.9990000" },
        { t => Aggregates(t, Count("a") with { Kind = AggregateKind.Sum, Window = TimeSpan.Zero }), "users.aggregates.a.window", "00:00:00" },
        { t => Aggregates(t, Count("a"), Ratio("r", "a", "later"), Count("later")), "users.aggregates.r.to", "later" },
        { t => Aggregates(t, Count("a"), Ratio("r", null, "a")), "users.aggregates.r.of", "(none)" },
        { t => Memory(t, m => m with { Name = "a/b" }), "memory.name", "a/b" },
        { t => t with { Memory = [.. t.Memory, .. t.Memory] }, "memory.name", "creatives" },
        { t => Memory(t, m => m with { Dimension = 0 }), "memory.creatives.dimension", "0" },
        { t => Memory(t, m => m with { Metric = "hamming" }), "memory.creatives.metric", "hamming" },
        { t => Memory(t, m => m with { TimeToLive = TimeSpan.FromSeconds(-1) }), "memory.creatives.time_to_live", "-00:00:01" },
        { t => Memory(t, m => m with { MaxEntries = 0 }), "memory.creatives.max_entries", "0" },
        { t => Memory(t, m => m with { MaxEntries = 100_000_001 }), "memory.creatives.max_entries", "100000001" },
        { t => Memory(t, m => m with { Name = "Creatives" }), "memory.name", "Creatives" },
        { t => Memory(t, m => m with { Name = new string('n', 65) }), "memory.name", "nnn" },
        { t => Memory(t, m => m with { TimeToLive = TimeSpan.FromTicks(1) }), "memory.creatives.time_to_live", "00:00:00.0000001" },
        { t => Memory(t, m => m with { Eviction = "newest" }), "memory.creatives.eviction", "newest" },
        { t => Memory(t, m => m with { Format = "int8" }), "memory.creatives.format", "int8" },
        { t => Retention(t, r => r with { Versions = 0 }), "memory.creatives.retention.versions", "0" },
        { t => Retention(t, r => r with { Versions = 1_000_001 }), "memory.creatives.retention.versions", "1000001" },
        { t => Retention(t, r => r with { Time = TimeSpan.FromSeconds(-1) }), "memory.creatives.retention.time", "-00:00:01" },
        { t => Search(t, s => s with { Lists = 0 }), "memory.creatives.search.lists", "0" },
        { t => Search(t, s => s with { Lists = 65_537 }), "memory.creatives.search.lists", "65537" },
        { t => Search(t, s => s with { Candidates = 0 }), "memory.creatives.search.candidates", "0" },
        { t => Search(t, s => s with { Candidates = 1_000_001 }), "memory.creatives.search.candidates", "1000001" },
        { t => Runtime(t, r => r with { CommitInterval = TimeSpan.Zero }), "runtime.commit_interval", "00:00:00" },
        { t => Runtime(t, r => r with { MaxPollRecords = 0 }), "runtime.max_poll_records", "0" },
        { t => Runtime(t, r => r with { SessionTimeout = TimeSpan.FromHours(1) }), "runtime.session_timeout", "01:00:00" },
        { t => Runtime(t, r => r with { DeliveryTimeout = r.SessionTimeout }), "runtime.delivery_timeout", "00:00:10" },
        { t => Runtime(t, r => r with { DeliveryTimeout = TimeSpan.Zero }), "runtime.delivery_timeout", "00:00:00" },
        { t => Runtime(t, r => r with { MaxEventTimeAhead = TimeSpan.FromSeconds(-1) }), "runtime.max_event_time_ahead", "-00:00:01" },
    };

    [Fact]
    public void A_good_topology_has_no_violations() =>
        Assert.Empty(TopologyValidator.Validate(Aggregates(Good, Count("a"), Count("b"), Ratio("r", "a", "b"), new() { Name = "last", Kind = AggregateKind.Last })));

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_the_one_that_is_reported(Func<Topology, Topology> spoil, string field, string value)
    {
        var violation = Assert.Single(TopologyValidator.Validate(spoil(Good)));

        Assert.Equal(field, violation.Field);
        Assert.StartsWith(value, violation.Value, StringComparison.Ordinal);
        Assert.NotEmpty(violation.Rule);
    }

    [Fact]
    public void Every_violation_is_reported()
    {
        var bad = Runtime(Memory(Users(Good, u => u with { Model = "", MaxActors = 0 }), m => m with { Metric = "hamming" }), r => r with { MaxPollRecords = 0 });

        Assert.Equal(
            ["users.model", "users.max_actors", "memory.creatives.metric", "runtime.max_poll_records"],
            TopologyValidator.Validate(bad).Select(v => v.Field));
    }

    [Fact]
    public void A_prefix_goes_before_the_name_and_every_topic()
    {
        var prefixed = Good.WithPrefix("x-");

        Assert.Equal("x-ads", prefixed.Name);
        Assert.Equal(Good.Topics.All.Select(t => "x-" + t.Name), prefixed.Topics.All.Select(t => t.Name));
    }

    private static AggregateDefinition Count(string name) => new() { Name = name, Kind = AggregateKind.Count, Window = TimeSpan.FromHours(1) };

    private static AggregateDefinition Ratio(string name, string? of, string? to) => new() { Name = name, Kind = AggregateKind.Ratio, Of = of, To = to };

    private static Topology Events(Topology topology, Func<TopicOptions, TopicOptions> change) =>
        topology with { Topics = topology.Topics with { UserEvents = change(topology.Topics.UserEvents) } };

    private static Topology Users(Topology topology, Func<UsersOptions, UsersOptions> change) => topology with { Users = change(topology.Users) };

    private static Topology Aggregates(Topology topology, params AggregateDefinition[] aggregates) => Users(topology, u => u with { Aggregates = [.. aggregates] });

    private static Topology Memory(Topology topology, Func<MemoryNamespaceOptions, MemoryNamespaceOptions> change) =>
        topology with { Memory = [change(topology.Memory[0])] };

    private static Topology Retention(Topology topology, Func<MemoryRetentionOptions, MemoryRetentionOptions> change) =>
        Memory(topology, m => m with { Retention = change(m.Retention) });

    private static Topology Search(Topology topology, Func<MemorySearchOptions, MemorySearchOptions> change) =>
        Memory(topology, m => m with { Search = change(m.Search) });

    private static Topology Runtime(Topology topology, Func<RuntimeOptions, RuntimeOptions> change) => topology with { Runtime = change(topology.Runtime) };
}
