using Streaming.Client;
using Streaming.Core.Partitioning;
using Streaming.Kafka.Topics;
using Streaming.Server.Commands;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Topologies;
using Streaming.Server.Workloads;

namespace Streaming.Server.Bench;

/// <summary>Event sent → user feature read, by a client in this process, beside a bare relay on the same cluster in the same run.</summary>
internal sealed class FreshnessBench(TopologyFile file, double rate, TimeSpan duration, ILoggerFactory loggers)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public async Task<BenchFigure> RunAsync(string cluster, Cluster open, CancellationToken cancellationToken)
    {
        var prefix = $"bench-{Guid.NewGuid():N}-";
        var topology = file.Topology.WithPrefix(prefix);
        var relay = await RelayAsync(open, prefix, topology.Topics.UserEvents.Partitions, cancellationToken);
        var platform = await PlatformAsync(open, file with { Topology = topology }, cancellationToken);
        return new BenchFigure("freshness", $"{cluster}_{rate:0}", Round(platform.QuantileMs(0.99)), "ms")
        {
            P50 = Round(platform.QuantileMs(0.5)),
            P99 = Round(platform.QuantileMs(0.99)),
            Peer = $"bare relay, p99 in ms (its p50: {Round(relay.QuantileMs(0.5))})",
            PeerValue = Round(relay.QuantileMs(0.99)),
        };
    }

    private async Task<LatencyRecorder> RelayAsync(Cluster open, string prefix, int partitions, CancellationToken cancellationToken)
    {
        var (input, output) = ($"{prefix}relay-in", $"{prefix}relay-out");
        await open.Topics.EnsureAsync([.. new[] { input, output }.Select(t => new TopicDefinition(t, partitions, -1, new Dictionary<string, string>()))], cancellationToken);
        var join = new LatencyJoin();
        using var relay = new RelayLoop(open.Options, input, output, partitions, file.Topology.Runtime.DeliveryTimeout, join);
        using var producer = new StreamingProducer(open.Client("/streaming/bench"), file.Topology, TimeProvider.System);
        await MeasureAsync(new PacedSender(producer, input, partitions, join), PacedSender.Workload(rate), join, cancellationToken);
        return join.Latency;
    }

    private async Task<LatencyRecorder> PlatformAsync(Cluster open, TopologyFile topology, CancellationToken cancellationToken)
    {
        using var folder = WorkFolder.Of(null);
        await using var platform = await Platform.StartAsync(
            new PlatformOptions { Topology = topology, Kafka = open.Options, Topics = open.Topics, StateDirectory = folder.Path, Roles = Roles.Users | Roles.Creatives | Roles.Memory },
            TimeProvider.System,
            loggers,
            cancellationToken);
        var partitions = platform.Partitions[platform.Topology.Topics.UserEvents.Name];
        var join = new LatencyJoin();
        using var view = FeatureViews.OfUsers(open.Client("/streaming/bench"), platform.Topology, r => join.Arrived(Murmur2.Partition(r.Key, partitions), r.Features!.Version)).Start();
        using var producer = new StreamingProducer(open.Client("/streaming/bench"), platform.Topology, TimeProvider.System);
        var workload = PacedSender.Workload(rate);
        await WaitAsync(() => platform.NotReady().Count == 0, cancellationToken);
        var creatives = await SendCreativesAsync(producer, workload);
        await WaitAsync(() => platform.Creatives.Count == creatives, cancellationToken);
        await MeasureAsync(new PacedSender(producer, platform.Topology.Topics.UserEvents.Name, partitions, join), workload, join, cancellationToken);
        return join.Latency;
    }

    private Task MeasureAsync(PacedSender sender, AdWorkload workload, LatencyJoin join, CancellationToken cancellationToken)
    {
        var events = workload.Until(DateTimeOffset.MaxValue).Where(r => r.Kind == WorkloadKind.Event).Select(r => PacedRecord.Of(r.Event!));
        return new PacedRun(rate, WarmUp, duration).MeasureAsync(sender, events, join, cancellationToken);
    }

    private static async Task<int> SendCreativesAsync(StreamingProducer producer, AdWorkload workload)
    {
        var sends = workload.InitialCreatives().Select(r => producer.SendAsync(r.Creative!)).ToList();
        await Task.WhenAll(sends);
        return sends.Count;
    }

    private static async Task WaitAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await Task.Delay(10, cancellationToken);
    }

    private static double Round(double ms) => Math.Round(ms, 3);
}
