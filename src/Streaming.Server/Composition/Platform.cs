using Microsoft.Extensions.Logging;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;
using Streaming.Memory;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Metrics;
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
    private readonly PlatformOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<RoleRunner> _runners = [];
    private readonly List<Task> _background = [];
    private readonly List<IDisposable> _owned = [];
    private readonly KafkaLogReader _log;
    private readonly KafkaRecordSink _sink;
    private readonly StateDirectory _state;
    private readonly TaskContext _context;

    private Platform(PlatformOptions options, ModelSet models, HstuSequenceModel? sequence, string clusterId, IReadOnlyDictionary<string, int> partitions, TimeProvider clock, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger<Platform>();
        (Models, Partitions, Clock) = (models, partitions, clock);
        _log = new KafkaLogReader(options.Kafka, loggers.CreateLogger<KafkaLogReader>());
        _state = new StateDirectory(Path.Combine(options.StateDirectory, Topology.Name), clusterId, _log, clock, loggers.CreateLogger<StateDirectory>());
        _sink = new KafkaRecordSink(options.Kafka, Topology.Runtime.DeliveryTimeout, loggers.CreateLogger<KafkaRecordSink>());
        _context = new TaskContext(_state, _sink, clock, Metrics);
        Creatives = new CreativeTable(_log, Topology.Topics.CreativeFeatures.Name, loggers.CreateLogger<CreativeTable>());
        if (Has(Roles.Memory))
            Namespaces = RoleFactories.Namespaces(Topology, clock);
        if (sequence is not null)
            Sequences = new(sequence, new SequenceCache(Topology.Users.CacheBytes, Metrics), Topology.Users.Batch, Metrics, clock, loggers.CreateLogger<SequenceBatcher>());
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

    /// <summary>The creative features that user tasks join with.</summary>
    public CreativeTable Creatives { get; }

    /// <summary>Runs the sequence model for the user tasks; null without the users role.</summary>
    public SequenceBatcher? Sequences { get; }

    /// <summary>The vector memory's namespaces of this instance, by name; empty without the memory role.</summary>
    public IReadOnlyDictionary<string, VectorNamespace> Namespaces { get; } = new Dictionary<string, VectorNamespace>();

    /// <summary>The newest user features; null without the api role.</summary>
    public FeatureView<UserFeatures>? UserView { get; private set; }

    /// <summary>The newest creative features; null without the api role.</summary>
    public FeatureView<CreativeFeatures>? CreativeView { get; private set; }

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
        var platform = new Platform(options, models, sequence, clusterId, partitions, clock, loggers);
        await Task.Run(() => platform._sink.Prepare(TopicDefinitions.Of(platform.Topology).Select(t => t.Name).Except(platform.Inputs())), cancellationToken);
        platform.Start(loggers);
        return platform;
    }

    /// <summary>Positions of a role's tasks in this instance.</summary>
    public IReadOnlyList<TaskPosition> Positions(string role) => _runners.Find(r => r.Role == role)?.Thread.Positions ?? [];

    /// <summary>Why this instance is not ready to serve; empty when it is: every role has joined its group and is caught up.</summary>
    public IReadOnlyList<string> NotReady() => Readiness.Reasons(_runners, Views());

    /// <summary>The stream thread of a role in this instance, or null.</summary>
    public StreamThread? ThreadOf(string role) => _runners.Find(r => r.Role == role)?.Thread;

    /// <summary>Commits everything, leaves the groups and closes what was opened.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var task in _runners.Select(r => r.Ended).Concat(_background))
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Sequences?.Dispose();
        UserView?.Dispose();
        CreativeView?.Dispose();
        _sink.Dispose();
        _state.Dispose();
        foreach (var owned in _owned)
            owned.Dispose();
        Models.Dispose();
        Metrics.Dispose();
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

    private void Start(ILoggerFactory loggers)
    {
        var factories = new RoleFactories(this);
        if (Has(Roles.Users))
        {
            var promotions = Follower(loggers);
            _background.Add(Creatives.RunAsync(_stop.Token));
            _background.Add(promotions.RunAsync(_stop.Token));
            Add(factories.Users(Sequences!), Task.WhenAll(Creatives.CaughtUp, promotions.CaughtUp), loggers);
        }
        if (Has(Roles.Creatives))
            Add(factories.Creatives(), Task.CompletedTask, loggers);
        if (Has(Roles.Memory))
            Add(factories.Memory(), Task.CompletedTask, loggers);
        if (Has(Roles.Api))
            StartViews();
        PlatformGauges.Register(this);
        foreach (var runner in _runners)
            runner.Start(_stop.Token);
        Completion = WatchAsync();
        LogStarted(Topology.Name, Roles, _options.Kafka.BootstrapServers, Models.Sequence.ModelVersion, Models.Sequence.Trained);
    }

    private void Add(IProcessorFactory factory, Task ready, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<StreamThread>();
        var source = new KafkaRecordSource(_options.Kafka, $"{Topology.Name}.{factory.Role}", Topology.Runtime.SessionTimeout, logger);
        _runners.Add(new RoleRunner(factory.Role, new StreamThread(factory, source, _context, Topology.Runtime, logger), ready));
    }

    private PromotionFollower Follower(ILoggerFactory loggers) => new(
        _log,
        Topology.Topics.ModelRegistry.Name,
        (Models.Sequence.ModelVersion, Models.Sequence.WeightsSha256),
        Loader(_options, Models, loggers),
        Sequences!,
        Metrics,
        loggers.CreateLogger<PromotionFollower>());

    private static SequenceModels Loader(PlatformOptions options, ModelSet models, ILoggerFactory loggers) =>
        new(options.Topology, models.Encoder.Dimension, loggers.CreateLogger<SequenceModels>());

    private void StartViews()
    {
        var client = new ClientOptions { BootstrapServers = _options.Kafka.BootstrapServers, Settings = _options.Kafka.ViewSettings() };
        UserView = FeatureViews.OfUsers(client, Topology).Start();
        CreativeView = FeatureViews.OfCreatives(client, Topology).Start();
    }

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
        var open = _runners.Select(r => r.Ended).ToList();
        // The api role has no thread: without another role, an instance ends when it is told to.
        if (open.Count == 0)
            await Task.Delay(Timeout.InfiniteTimeSpan, Clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (open.Count > 0)
        {
            var ended = await Task.WhenAny(open);
            open.Remove(ended);
            if (ended.IsFaulted)
                await _stop.CancelAsync();
        }
        await Task.WhenAll(_runners.Select(r => r.Ended));
        // An instance with nothing but views has no role that could end.
        if (_runners.Count == 0)
            await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool Has(Roles role) => (Roles & role) != 0;

    [LoggerMessage(501, LogLevel.Information, "Topology {Topology} runs {Roles} on {BootstrapServers} with model {Model} (trained: {Trained})")]
    private partial void LogStarted(string topology, Roles roles, string bootstrapServers, string model, bool trained);

    [LoggerMessage(502, LogLevel.Information, "Topology {Topology} has stopped")]
    private partial void LogStopped(string topology);
}
