using System.Text;
using Microsoft.Extensions.Logging;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Registry;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Users;
using Streaming.Server.Composition.Adapters;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>A running instance: its roles' threads and what they share. Start one with <see cref="StartAsync"/>; disposing stops it gracefully.</summary>
public sealed partial class Platform : IAsyncDisposable
{
    // Records; what one poll takes is no sign of being behind.
    private const long BackfillYieldsAt = 500;

    private readonly PlatformOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _retireFirst;
    private readonly List<RoleRunner> _runners = [];
    private readonly List<Task> _background = [];
    private readonly List<IDisposable> _owned = [];
    private readonly ILoggerFactory _loggers;
    private readonly CreativeVersions _versions;
    private readonly CreativeTables _tables;
    private readonly KafkaLogReader _log;
    private readonly KafkaRecordSink _sink;
    private readonly StateDirectory _state;
    private readonly TaskContext _context;
    private readonly Lazy<StreamingProducer> _producer;

    private Platform(PlatformOptions options, ModelSet models, HstuSequenceModel? sequence, string clusterId, IReadOnlyDictionary<string, int> partitions, TimeProvider clock, ILoggerFactory loggers)
    {
        (_options, _loggers) = (options, loggers);
        _retireFirst = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _logger = loggers.CreateLogger<Platform>();
        (Models, Partitions, Clock) = (models, partitions, clock);
        _log = new KafkaLogReader(options.Kafka, loggers.CreateLogger<KafkaLogReader>());
        _state = new StateDirectory(Path.Combine(options.StateDirectory, Topology.Name), clusterId, _log, clock, loggers.CreateLogger<StateDirectory>());
        _sink = new KafkaRecordSink(options.Kafka, Topology.Runtime.DeliveryTimeout, loggers.CreateLogger<KafkaRecordSink>());
        SemanticIds = new SemanticIdMetrics(loggers.CreateLogger<SemanticIdMetrics>());
        _context = new TaskContext(_state, _sink, clock, Metrics);
        _tables = new CreativeTables(_log, Topology.Topics.CreativeFeatures.Name, models.CreativeVersions, loggers.CreateLogger<CreativeTable>());
        _versions = new CreativeVersions(_log, Topology.Topics.ModelRegistry.Name, Topology.Topics.CreativeFeatures.Name, Open, DeleteState, RetireFirst, loggers.CreateLogger<CreativeVersions>());
        _producer = new(() => new StreamingProducer(Client() with { Source = "/streaming/api" }, Topology, clock));
        if (sequence is not null)
            Sequences = new(sequence, _tables.First, new SequenceCache(Topology.Users.CacheBytes, Metrics), Topology.Users.Batch, Metrics, clock, loggers.CreateLogger<SequenceBatcher>());
    }

    /// <summary>The pipeline that runs.</summary>
    public Topology Topology => _options.Topology.Topology;

    /// <summary>What this instance does.</summary>
    public Roles Roles => _options.Roles;

    /// <summary>The clock of everything in this instance.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The models that the topology names.</summary>
    public ModelSet Models { get; }

    /// <summary>The sequence model that runs now: the topology's, or the one that the registry has put in its place.</summary>
    public (string Version, bool Trained) RunningModel =>
        Sequences?.Model is { } model ? (model.Version, model.Trained) : (Models.Sequence.ModelVersion, Models.Sequence.Trained);

    /// <summary>How many partitions each topic has.</summary>
    public IReadOnlyDictionary<string, int> Partitions { get; }

    /// <summary>What the roles tell of themselves.</summary>
    public RuntimeMetrics Metrics { get; } = new();

    /// <summary>How creatives use their codebooks.</summary>
    internal SemanticIdMetrics SemanticIds { get; }

    /// <summary>The creative features that user tasks join with now.</summary>
    public CreativeTable Creatives => Sequences?.Contents ?? _tables.First;

    /// <summary>The creative models that run here beside the topology's.</summary>
    internal CreativeVersions Versions => _versions;

    /// <summary>Runs the sequence model for the user tasks; null without the users role.</summary>
    public SequenceBatcher? Sequences { get; }

    /// <summary>The vector memory's namespaces of this instance, by name; empty without the memory role. Those of creatives are of the creative model in effect.</summary>
    public IReadOnlyDictionary<string, VectorNamespace> Namespaces => NamespacesOf(_versions.RunningInEffect);

    /// <summary>The namespaces under the topology's creative model.</summary>
    internal IReadOnlyDictionary<string, VectorNamespace> FirstNamespaces { get; private set; } = new Dictionary<string, VectorNamespace>();

    /// <summary>These with their snapshots.</summary>
    internal IReadOnlyList<NamespaceSnapshots> FirstSnapshots { get; private set; } = [];

    /// <summary>The namespaces with their snapshots, those of creatives of the creative model in effect.</summary>
    internal IEnumerable<NamespaceSnapshots> MemorySnapshots
    {
        get
        {
            var own = _versions.RunningInEffect?.Snapshots ?? [];
            return own.Concat(FirstSnapshots.ExceptBy(own.Select(n => n.Space.Options.Name), n => n.Space.Options.Name));
        }
    }

    /// <summary>The snapshots of a namespace of this instance, under whichever creative model.</summary>
    internal NamespaceSnapshots SnapshotsOf(VectorNamespace space) =>
        FirstSnapshots.Concat(_versions.Running.Values.SelectMany(v => v.Snapshots)).First(n => n.Space == space);

    /// <summary>The newest user features; null without the api role.</summary>
    public FeatureView<UserFeatures>? UserView { get; private set; }

    /// <summary>The newest creative features; null without the api role.</summary>
    public LiveCreativeView? CreativeView { get; private set; }

    /// <summary>Where the roles publish.</summary>
    internal IRecordSink Sink => _sink;

    /// <summary>Sends what the HTTP API is asked to; made when it is first needed.</summary>
    internal StreamingProducer Producer => _producer.Value;

    /// <summary>Ends when every role has ended; faults as soon as one fails.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Loads the models, makes the topics and starts the roles.</summary>
    /// <exception cref="TopologyException">The models do not fit the topology, or there is no such engine here.</exception>
    /// <exception cref="TimeoutException">No broker answered.</exception>
    /// <exception cref="StoreException">The state directory cannot be used.</exception>
    public static async Task<Platform> StartAsync(PlatformOptions options, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        options = WithoutChangelogIfEmbedded(options);
        var models = ModelSet.Load(options.Topology);
        // Before anything is connected: an engine that is not here is a mistake of the command.
        var sequence = options.Roles.HasFlag(Roles.Users) ? Loader(options, models, loggers).Open(models.Sequence) : null;
        var clusterId = await Task.Run(() => ClusterIdentity.Read(options.Kafka, options.ConnectTimeout), cancellationToken);
        var partitions = await options.Topics.EnsureAsync(TopicDefinitions.Of(options.Topology.Topology), cancellationToken);
        await options.Topics.EnsureAsync([.. Changelogs(options, partitions)], cancellationToken);
        if (partitions[options.Topology.Topology.Topics.ModelRegistry.Name] is var registry and not 1)
            throw new TopologyException($"topics.model_registry: the topic has {registry} partitions: it must have 1, whose order decides which model is in effect");
        if (FromRegistry(options, loggers) is { } registered)
        {
            // Once the registry knows the model of the topology's topic it decides over the topology: nothing else may be in that topic.
            options = options with { Topology = registered.File };
            models.Dispose();
            models = ModelSet.Load(options.Topology);
            CreativeModel.Load(options.Topology, registered.Model).Dispose();
        }
        var platform = new Platform(options, models, sequence, clusterId, partitions, clock, loggers);
        await Task.WhenAll(
            Task.Run(() => platform._sink.Prepare(TopicDefinitions.Of(platform.Topology).Select(t => t.Name).Except(platform.Inputs())), cancellationToken),
            Task.Run(platform.RestoreMemory, cancellationToken));
        platform.Start(loggers);
        return platform;
    }

    /// <summary>Positions of a role's tasks in this instance.</summary>
    public IReadOnlyList<TaskPosition> Positions(string role) => Runners.FirstOrDefault(r => r.Role == role)?.Thread.Positions ?? [];

    /// <summary>Partitions of a role's tasks in this instance that were read as far as they went when they came here.</summary>
    internal IReadOnlyList<TopicPartition> Replayed(string role) =>
        Runners.FirstOrDefault(r => r.Role == role) is { } runner ? runner.Replayed.Of(runner.Thread.Positions) : [];

    /// <summary>Does something on the thread of a role's tasks, between two polls.</summary>
    /// <returns>What was done; null when this instance owns nothing of the role.</returns>
    internal Task<T?> OnThreadAsync<T>(string role, Func<T> work, CancellationToken cancellationToken)
        where T : class =>
        Runners.FirstOrDefault(r => r.Role == role) is { Thread: { Positions: [var position, ..] } thread }
            ? thread.AskAsync(position.Partition, _ => work(), cancellationToken)
            : Task.FromResult<T?>(null);

    /// <summary>Reads topics outside any group.</summary>
    internal ILogReader Log => _log;

    /// <summary>Roles that run here, those of other creative models included.</summary>
    public IEnumerable<string> RunningRoles => Runners.Select(r => r.Role);

    /// <summary>Why this instance is not ready to serve; empty when it is: every role has joined its group and is caught up.</summary>
    public IReadOnlyList<string> NotReady() =>
        _versions.CaughtUp.IsCompleted || !FollowsVersions ? Readiness.Reasons([.. _runners, .. _versions.RunningInEffect?.Runners ?? []], Views()) : ["model registry: not read yet"];

    /// <summary>The stream thread of a role in this instance, or null.</summary>
    public StreamThread? ThreadOf(string role) => _runners.Find(r => r.Role == role)?.Thread;

    /// <summary>Commits everything, leaves the groups and closes what was opened.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var task in _runners.Select(r => r.Ended).Concat(_background))
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _tables.Dispose();
        Sequences?.Dispose();
        UserView?.Dispose();
        CreativeView?.Dispose();
        if (_producer.IsValueCreated)
            _producer.Value.Dispose();
        _sink.Dispose();
        _state.Dispose();
        foreach (var owned in _owned)
            owned.Dispose();
        Models.Dispose();
        SemanticIds.Dispose();
        Metrics.Dispose();
        _retireFirst.Dispose();
        _stop.Dispose();
        LogStopped(Topology.Name);
    }

    /// <summary>Disposes it once the roles have ended.</summary>
    internal T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>A namespace of this instance with the snapshots that a role keeps of it.</summary>
    internal NamespaceSnapshots Snapshots(string role, NamespaceOptions options, MemorySnapshotOptions snapshots) =>
        new(options, snapshots, role, _state, Clock, Metrics.Memory, _loggers.CreateLogger<NamespaceSnapshots>());

    private void RestoreMemory()
    {
        if (!Has(Roles.Memory))
            return;
        FirstSnapshots = new RoleFactories(this).Namespaces();
        FirstNamespaces = FirstSnapshots.ToDictionary(n => n.Space.Options.Name, n => n.Space, StringComparer.Ordinal);
    }

    private void Start(ILoggerFactory loggers)
    {
        var factories = new RoleFactories(this);
        if (Has(Roles.Users))
        {
            var promotions = Follower(loggers);
            _background.Add(promotions.RunAsync(_stop.Token));
            Add(factories.Users(Sequences!), promotions.CaughtUp, loggers);
        }
        // Whether the topology's creative model is retired is known once the registry is read.
        if (Has(Roles.Creatives))
            Add(factories.Creatives(), _versions.CaughtUp, loggers);
        if (Has(Roles.Memory))
            _runners.Add(Runner(factories.Memory(), Task.CompletedTask, loggers, source => source, UpdatesWith(Topology.Topics.CreativeFeatures.Name, Partitions[Topology.Topics.CreativeFeatures.Name])));
        if (Has(Roles.Api))
            StartViews();
        PlatformGauges.Register(this);
        if (FollowsVersions)
            _background.Add(_versions.RunAsync(_stop.Token));
        foreach (var runner in _runners)
            runner.Start(runner.Role == "creatives" ? _retireFirst.Token : _stop.Token);
        Completion = WatchAsync();
        LogStarted(Topology.Name, Roles, _options.Kafka.BootstrapServers, Models.Sequence.ModelVersion, Models.Sequence.Trained);
    }

    /// <summary>The namespaces as they are under a creative model; null = the topology's.</summary>
    internal IReadOnlyDictionary<string, VectorNamespace> NamespacesOf(CreativeVersion? version) =>
        version is null ? FirstNamespaces : FirstNamespaces.Select(n => version.Namespaces.TryGetValue(n.Key, out var own) ? KeyValuePair.Create(n.Key, own) : n).ToDictionary();

    private IEnumerable<RoleRunner> Runners => _runners.Concat(_versions.Running.Values.SelectMany(v => v.Runners));

    private bool FollowsVersions => (Roles & (Roles.Creatives | Roles.Memory | Roles.Api)) != 0;

    private void Add(IProcessorFactory factory, Task ready, ILoggerFactory loggers) => _runners.Add(Runner(factory, ready, loggers, source => source));

    private RoleRunner Runner(IProcessorFactory factory, Task ready, ILoggerFactory loggers, Func<IRecordSource, IRecordSource> pace, FollowedTopic? followed = null)
    {
        var logger = loggers.CreateLogger<StreamThread>();
        var source = new KafkaRecordSource(_options.Kafka, $"{Topology.Name}.{factory.Role}", Topology.Runtime.SessionTimeout, logger, followed);
        return new RoleRunner(factory.Role, new StreamThread(factory, pace(source), _context, Topology.Runtime, logger), ready);
    }

    // Tasks of a creative model beside the topology's. What comes before the record that staged it is its backfill.
    private CreativeVersion Open(ModelPromotion promotion)
    {
        var model = CreativeModel.Load(_options.Topology, promotion);
        var topics = TopicDefinitions.OfCreativeModel(Topology, promotion.ModelVersion, Partitions[Topology.Topics.Creatives.Name]);
        var partitions = _options.Topics.EnsureAsync(topics, _stop.Token).GetAwaiter().GetResult();
        _sink.Prepare(topics.Select(t => t.Name));
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var factories = new RoleFactories(this);
        var pace = new BackfillPace(promotion.BackfillPerSecond, promotion.StagedAtMs, () => _runners.Exists(r => r.Thread.Positions.Any(p => p.Lag > BackfillYieldsAt)));
        var runners = new List<RoleRunner>();
        if (Has(Roles.Creatives))
            runners.Add(Runner(factories.Creatives(promotion, model), Task.CompletedTask, _loggers, s => new PacedRecordSource(s, pace, Clock, d => stop.Token.WaitHandle.WaitOne(d))));
        var namespaces = Has(Roles.Memory) ? factories.Namespaces(promotion) : [];
        if (namespaces.Count > 0)
            runners.Add(Runner(factories.Memory(promotion, namespaces), Task.CompletedTask, _loggers, s => s, UpdatesWith(promotion.FeatureTopic, partitions[promotion.FeatureTopic])));
        return new CreativeVersion(promotion, model, runners, namespaces, partitions[promotion.FeatureTopic], stop);
    }

    // What updates say of a creative must reach whoever holds it: their partitions go where those of the features go.
    private FollowedTopic UpdatesWith(string features, int partitions)
    {
        var followed = new FollowedTopic(features, partitions, Topology.Topics.MemoryUpdates.Name, Partitions[Topology.Topics.MemoryUpdates.Name]);
        if (Topology.Memory.Exists(n => n.Creatives) && followed.FollowerPartitions % followed.LeaderPartitions != 0)
            LogApart(followed.Follower, followed.FollowerPartitions, followed.Leader, followed.LeaderPartitions);
        return followed;
    }

    // Of a creative model that is retired.
    private void DeleteState(string version)
    {
        _state.Delete(Topology.RoleOf("creatives", version));
        _state.Delete(Topology.RoleOf("memory", version));
    }

    // Its creatives tasks end as a stop of the instance would end them.
    private void RetireFirst() => _retireFirst.Cancel();

    // The creative model that the registry knows for the topology's feature topic, where the topology now names another one.
    private static (TopologyFile File, ModelPromotion Model)? FromRegistry(PlatformOptions options, ILoggerFactory loggers)
    {
        var topology = options.Topology.Topology;
        var registry = new ModelRegistry(ModelRegistry.CreativesRole);
        new KafkaLogReader(options.Kafka, loggers.CreateLogger<KafkaLogReader>()).ReadToEnd(new(topology.Topics.ModelRegistry.Name, 0), r => Apply(registry, r), CancellationToken.None);
        if (registry.Promotions.FirstOrDefault(p => p.FeatureTopic == topology.Topics.CreativeFeatures.Name) is not { } first)
            return null;
        var creatives = topology.Creatives with { Encoder = first.Location, Codebook = first.CodebookLocation };
        return (options.Topology with { Topology = topology with { Creatives = creatives } }, first);
    }

    private static void Apply(ModelRegistry registry, InputRecord record)
    {
        if (record.Key is not null)
            registry.Apply(Encoding.UTF8.GetString(record.Key), record.Value is null ? null : ModelPromotion.Parser.ParseFrom(record.Value));
    }

    private PromotionFollower Follower(ILoggerFactory loggers) => new(
        _log,
        Topology.Topics.ModelRegistry.Name,
        (Models.Sequence.ModelVersion, Models.Sequence.WeightsSha256),
        Loader(_options, Models, loggers),
        _tables,
        Sequences!,
        Metrics,
        loggers.CreateLogger<PromotionFollower>());

    private static SequenceModels Loader(PlatformOptions options, ModelSet models, ILoggerFactory loggers) =>
        new(options.Topology, models.Encoder.Dimension, loggers.CreateLogger<SequenceModels>());

    private void StartViews()
    {
        UserView = FeatureViews.OfUsers(Client(), Topology).Start();
        CreativeView = FeatureViews.OfLiveCreatives(Client(), Topology).Start();
    }

    private ClientOptions Client() => new() { BootstrapServers = _options.Kafka.BootstrapServers, Settings = _options.Kafka.ViewSettings() };

    private List<Task> Views() => UserView is null ? [] : [UserView.CaughtUp, CreativeView!.CaughtUp];

    private IEnumerable<string> Inputs() =>
        [Topology.Topics.UserEvents.Name, Topology.Topics.Creatives.Name, Topology.Topics.MemoryUpdates.Name, Topology.Topics.ModelRegistry.Name];

    private static IEnumerable<TopicDefinition> Changelogs(PlatformOptions options, IReadOnlyDictionary<string, int> partitions)
    {
        var topology = options.Topology.Topology;
        if (topology.Runtime.Changelog && options.Roles.HasFlag(Roles.Users))
            yield return TopicDefinitions.UsersChangelog(topology, partitions);
        if (topology.Runtime.Changelog && options.Roles.HasFlag(Roles.Creatives))
            yield return TopicDefinitions.CreativesChangelog(topology, partitions);
    }

    // The embedded cluster ends with the process and keeps no compacted topic: nothing could be restored from it.
    private static PlatformOptions WithoutChangelogIfEmbedded(PlatformOptions options)
    {
        if (!options.Kafka.Embedded)
            return options;
        var topology = options.Topology.Topology;
        return options with { Topology = options.Topology with { Topology = topology with { Runtime = topology.Runtime with { Changelog = false } } } };
    }

    // One failed role stops the others: an instance that does half of its work would look alive.
    private async Task WatchAsync()
    {
        // The api role has no thread, and a retired one has ended: an instance ends when it is told to.
        var told = Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        var open = _runners.Select(r => r.Ended).Append(_versions.Failed).Append(told).ToList();
        while (!told.IsCompleted)
        {
            var ended = await Task.WhenAny(open);
            open.Remove(ended);
            if (ended.IsFaulted)
                await _stop.CancelAsync();
        }
        await Task.WhenAll(_runners.Select(r => r.Ended));
        if (_versions.Failed.IsFaulted)
            await _versions.Failed;
    }

    private bool Has(Roles role) => (Roles & role) != 0;

    [LoggerMessage(501, LogLevel.Information, "Topology {Topology} runs {Roles} on {BootstrapServers} with model {Model} (trained: {Trained})")]
    private partial void LogStarted(string topology, Roles roles, string bootstrapServers, string model, bool trained);

    [LoggerMessage(504, LogLevel.Warning, "{Updates} has {UpdatePartitions} partitions and {Features} {FeaturePartitions}: with several memory instances updates and deletes of creatives may not reach who holds them; the former must be a multiple of the latter")]
    private partial void LogApart(string updates, int updatePartitions, string features, int featurePartitions);

    [LoggerMessage(502, LogLevel.Information, "Topology {Topology} has stopped")]
    private partial void LogStopped(string topology);
}
