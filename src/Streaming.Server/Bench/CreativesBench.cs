using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Partitioning;
using Streaming.Kafka.Topics;
using Streaming.Models.Encoders;
using Streaming.Server.Commands;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Topologies;

namespace Streaming.Server.Bench;

/// <summary>
/// Creative sent → its features read, by a client in this process, beside a bare relay of the same records on the same cluster in the same run.
/// </summary>
internal sealed class CreativesBench(TopologyFile file, PacedRun run, ILoggerFactory loggers)
{
    /// <param name="name">Of the case.</param>
    /// <param name="open">The cluster.</param>
    /// <param name="encoder">The encoder's folder.</param>
    /// <param name="creatives">Creatives without end; the same on every enumeration.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<BenchFigure>> RunAsync(string name, Cluster open, string encoder, Func<IEnumerable<Creative>> creatives, CancellationToken cancellationToken)
    {
        var prefix = $"bench-{Guid.NewGuid():N}-";
        var topology = file.Topology.WithPrefix(prefix) with { Creatives = file.Topology.Creatives with { Encoder = encoder } };
        var relay = await RelayAsync(open, prefix, topology.Topics.Creatives.Partitions, creatives(), cancellationToken);
        var inside = InferenceClock.Elapsed;
        var runs = InferenceClock.Runs;
        var platform = await PlatformAsync(open, file with { Topology = topology }, creatives(), cancellationToken);
        var (spent, count) = (InferenceClock.Elapsed - inside, run.Rate * (run.WarmUp + run.Duration).TotalSeconds);
        return
        [
            new("creatives", $"{name}_{run.Rate:0}", Round(platform.QuantileMs(0.99)), "ms")
            {
                P50 = Round(platform.QuantileMs(0.5)),
                P99 = Round(platform.QuantileMs(0.99)),
                Peer = $"bare relay of the same records, p99 in ms (its p50: {Round(relay.QuantileMs(0.5))})",
                PeerValue = Round(relay.QuantileMs(0.99)),
            },
            new("creatives", $"{name}_{run.Rate:0}_onnx", Round(spent.TotalMilliseconds / count), "ms in ONNX Runtime per creative"),
            new("creatives", $"{name}_{run.Rate:0}_onnx_runs", Round((InferenceClock.Runs - runs) / count), "runs of a graph per creative"),
        ];
    }

    private async Task<LatencyRecorder> RelayAsync(Cluster open, string prefix, int partitions, IEnumerable<Creative> creatives, CancellationToken cancellationToken)
    {
        var (input, output) = ($"{prefix}relay-in", $"{prefix}relay-out");
        await open.Topics.EnsureAsync([.. new[] { input, output }.Select(t => new TopicDefinition(t, partitions, -1, new Dictionary<string, string>()))], cancellationToken);
        var join = new LatencyJoin();
        using var relay = new RelayLoop(open.Options, input, output, partitions, file.Topology.Runtime.DeliveryTimeout, join);
        using var producer = new StreamingProducer(open.Client("/streaming/bench"), file.Topology, TimeProvider.System);
        await run.MeasureAsync(new PacedSender(producer, input, partitions, join), creatives.Select(PacedRecord.Of), join, cancellationToken);
        return join.Latency;
    }

    private async Task<LatencyRecorder> PlatformAsync(Cluster open, TopologyFile topology, IEnumerable<Creative> creatives, CancellationToken cancellationToken)
    {
        using var folder = WorkFolder.Of(null);
        await using var platform = await Platform.StartAsync(
            new PlatformOptions { Topology = topology, Kafka = open.Options, Topics = open.Topics, StateDirectory = folder.Path, Roles = Roles.Creatives },
            TimeProvider.System,
            loggers,
            cancellationToken);
        var partitions = platform.Partitions[platform.Topology.Topics.Creatives.Name];
        var join = new LatencyJoin();
        using var view = FeatureViews.OfCreatives(open.Client("/streaming/bench"), platform.Topology, r => join.Arrived(Murmur2.Partition(r.Key, partitions), r.Features!.Version)).Start();
        using var producer = new StreamingProducer(open.Client("/streaming/bench"), platform.Topology, TimeProvider.System);
        while (platform.NotReady().Count > 0)
            await Task.Delay(10, cancellationToken);
        await run.MeasureAsync(new PacedSender(producer, platform.Topology.Topics.Creatives.Name, partitions, join), creatives.Select(PacedRecord.Of), join, cancellationToken);
        return join.Latency;
    }

    private static double Round(double value) => Math.Round(value, 3);
}
