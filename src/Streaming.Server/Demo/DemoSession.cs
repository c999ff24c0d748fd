using Streaming.Client;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Tasks;
using Streaming.Server.Commands;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Replay;
using Streaming.Server.Workloads;

namespace Streaming.Server.Demo;

/// <summary>The ad workload at its own pace, through a platform in this process.</summary>
/// <remarks>
/// What is sent follows from the options alone: a machine that cannot keep the pace takes longer, and sends and processes the same records.
/// </remarks>
internal sealed class DemoSession : IDisposable
{
    /// <summary>Events in flight; the workload waits above it, and then catches up.</summary>
    private const int MaxInFlight = 4_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly DemoOptions _options;
    private readonly StreamingProducer _producer;
    private readonly ProgressBarrier _barrier;
    private long _sentEvents;

    public DemoSession(Platform platform, Cluster cluster, DemoOptions options, ILoggerFactory loggers)
    {
        (Platform, _options) = (platform, options);
        var client = cluster.Client("/streaming/demo");
        _producer = new StreamingProducer(client, platform.Topology, platform.Clock);
        Tap = new FeatureTap(client, platform.Topology);
        _barrier = new ProgressBarrier(platform, new KafkaLogReader(cluster.Options, loggers.CreateLogger<KafkaLogReader>()), Tap);
    }

    public Platform Platform { get; }

    public FeatureTap Tap { get; }

    /// <summary>Records sent to the topic of user events.</summary>
    public long SentEvents => Volatile.Read(ref _sentEvents);

    public TimeSpan Elapsed { get; private set; }

    private TopologyTopics Topics => Platform.Topology.Topics;

    private RoleTotals Users => Platform.Metrics.Totals("users");

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _barrier.UntilAsync(() => Platform.NotReady().Count == 0, cancellationToken);
        var clock = Platform.Clock;
        // They are the same at every start, so the events can begin when these are understood, however long that takes.
        await SendAsync(WorkloadFrom(clock.GetUtcNow()).InitialCreatives(), cancellationToken);
        await SettledAsync(cancellationToken);
        var start = clock.GetUtcNow();
        var workload = WorkloadFrom(start);
        await PaceAsync(workload, start, cancellationToken);
        await SendAsync(workload.Drain(), cancellationToken);
        await SettledAsync(cancellationToken);
    }

    public void Dispose()
    {
        _producer.Dispose();
        Tap.Dispose();
    }

    private AdWorkload WorkloadFrom(DateTimeOffset start) =>
        new(new AdWorkloadOptions { EventsPerSecond = _options.EventsPerSecond, Users = _options.Users, Seed = _options.Seed }, start);

    private async Task PaceAsync(AdWorkload workload, DateTimeOffset start, CancellationToken cancellationToken)
    {
        var clock = Platform.Clock;
        while (Elapsed < _options.Duration)
        {
            Elapsed = clock.GetUtcNow() - start;
            await SendAsync(workload.Until(start + (Elapsed < _options.Duration ? Elapsed : _options.Duration)), cancellationToken);
            await Task.Delay(Tick, clock, cancellationToken);
        }
    }

    private async Task SettledAsync(CancellationToken cancellationToken)
    {
        _producer.Flush();
        await _barrier.CreativesAsync(cancellationToken);
        await _barrier.UsersAsync(cancellationToken);
    }

    private async Task SendAsync(IEnumerable<WorkloadRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            if (!HasRoom())
                await _barrier.UntilAsync(HasRoom, cancellationToken);
            Send(record);
        }
    }

    private bool HasRoom() => SentEvents - Users.All < MaxInFlight && Users[ProcessOutcome.Applied] - Tap.Read < MaxInFlight;

    private void Send(WorkloadRecord record)
    {
        var creative = record.Kind == WorkloadKind.Creative;
        if (!creative)
            Interlocked.Increment(ref _sentEvents);
        Deliveries.Watch(_producer.SendRawAsync(
            creative ? Topics.Creatives.Name : Topics.UserEvents.Name,
            record.Key.Length == 0 ? null : record.Key,
            record.ToBytes(),
            ResumePoint.IdOf("demo", record.Index),
            creative ? "streaming.v1.Creative" : "streaming.v1.UserEvent"));
    }
}
