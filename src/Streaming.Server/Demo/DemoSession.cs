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
internal sealed class DemoSession : IDisposable
{
    /// <summary>Events in flight; the workload waits above it, and then catches up.</summary>
    private const int MaxInFlight = 4_000;
    private static readonly TimeSpan Head = TimeSpan.FromSeconds(2);
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
        var options = new AdWorkloadOptions { EventsPerSecond = _options.EventsPerSecond, Users = _options.Users, Seed = _options.Seed };
        // The first event comes when the initial creatives are understood, which takes a moment.
        var start = clock.GetUtcNow() + Head;
        var workload = new AdWorkload(options, start);
        foreach (var record in workload.InitialCreatives())
            Send(record);
        _producer.Flush();
        await _barrier.CreativesAsync(cancellationToken);
        await PaceAsync(workload, start, cancellationToken);
        foreach (var record in workload.Drain())
            Send(record);
        _producer.Flush();
        await _barrier.CreativesAsync(cancellationToken);
        await _barrier.UsersAsync(cancellationToken);
    }

    public void Dispose()
    {
        _producer.Dispose();
        Tap.Dispose();
    }

    private async Task PaceAsync(AdWorkload workload, DateTimeOffset start, CancellationToken cancellationToken)
    {
        var clock = Platform.Clock;
        while ((Elapsed = clock.GetUtcNow() - start) < _options.Duration)
        {
            foreach (var record in workload.Until(start + Elapsed))
                Send(record);
            await Task.Delay(Tick, clock, cancellationToken);
            await _barrier.UntilAsync(HasRoom, cancellationToken);
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
