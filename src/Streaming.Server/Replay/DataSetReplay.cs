using Streaming.Client;
using Streaming.Core.Partitioning;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Tasks;
using Streaming.Server.Commands;
using Streaming.Server.Composition;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Replay;

/// <summary>
/// Streams a data set through a platform in this process: first the creatives, then, when all of them have features, the events. A replay that
/// was killed goes on where it was.
/// </summary>
internal sealed class DataSetReplay : IDisposable
{
    /// <summary>Events in flight: far under what the embedded cluster retains, far over what keeps the pipeline busy.</summary>
    private const int MaxInFlight = 2_000;

    private readonly Platform _platform;
    private readonly IDataSet _dataSet;
    private readonly string _name;
    private readonly KafkaLogReader _log;
    private readonly StreamingProducer _producer;
    private readonly FeatureTap _tap;
    private readonly ProgressBarrier _barrier;

    public DataSetReplay(Platform platform, Cluster cluster, IDataSet dataSet, ILoggerFactory loggers)
    {
        (_platform, _dataSet) = (platform, dataSet);
        _name = string.Concat(dataSet.Name.Split(' ', '/'));
        var client = cluster.Client($"/streaming/replay/{_name}");
        _log = new KafkaLogReader(cluster.Options, loggers.CreateLogger<KafkaLogReader>());
        _producer = new StreamingProducer(client, platform.Topology, platform.Clock);
        _tap = new FeatureTap(client, platform.Topology);
        _barrier = new ProgressBarrier(platform, _log, _tap);
    }

    private TopologyTopics Topics => _platform.Topology.Topics;

    public async Task<RunSummary> RunAsync(Progress progress, CancellationToken cancellationToken)
    {
        var started = _platform.Clock.GetTimestamp();
        await SendCreativesAsync(progress, cancellationToken);
        var events = await SendEventsAsync(progress, cancellationToken);
        return new RunSummary(
            events,
            _tap.Versions,
            _tap.Users.Count,
            _tap.Creatives.Count,
            Totals("users")[ProcessOutcome.Rejected] + Totals("creatives")[ProcessOutcome.Rejected],
            _tap.Digest(),
            FreshnessSummary.Of(_tap.Freshness),
            Math.Round(_platform.Clock.GetElapsedTime(started).TotalSeconds, 2));
    }

    public void Dispose()
    {
        _producer.Dispose();
        _tap.Dispose();
    }

    private async Task SendCreativesAsync(Progress progress, CancellationToken cancellationToken)
    {
        var topic = Topics.Creatives.Name;
        var resume = ResumePoint.Find(_log, topic, _platform.Partitions[topic], _name);
        var step = progress.Begin("creatives", _dataSet.Read().TakeWhile(r => r.Kind == WorkloadKind.Creative).Count());
        long sent = 0;
        foreach (var record in _dataSet.Read().TakeWhile(r => r.Kind == WorkloadKind.Creative))
        {
            step.Advance();
            if (resume.Holds(Murmur2.Partition(record.Key, _platform.Partitions[topic]), record.Index))
                continue;
            Send(topic, record, "streaming.v1.Creative");
            sent++;
            await _barrier.UntilAsync(() => sent - Totals("creatives").All < MaxInFlight, cancellationToken);
        }
        _producer.Flush();
        await _barrier.CreativesAsync(cancellationToken);
    }

    private async Task<long> SendEventsAsync(Progress progress, CancellationToken cancellationToken)
    {
        var topic = Topics.UserEvents.Name;
        var resume = ResumePoint.Find(_log, topic, _platform.Partitions[topic], _name);
        var step = progress.Begin("events", _dataSet.Read().Count(r => r.Kind != WorkloadKind.Creative));
        long events = 0, sent = 0;
        foreach (var record in _dataSet.Read().SkipWhile(r => r.Kind == WorkloadKind.Creative))
        {
            step.Advance();
            events++;
            if (resume.Holds(Murmur2.Partition(record.Key, _platform.Partitions[topic]), record.Index))
                continue;
            Send(topic, record, "streaming.v1.UserEvent");
            sent++;
            if (!HasRoom(sent))
                await _barrier.UntilAsync(() => HasRoom(sent), cancellationToken);
        }
        _producer.Flush();
        await _barrier.UsersAsync(cancellationToken);
        return events;
    }

    // Both the tasks and the reader of the features must keep up: a cluster in memory forgets what is not read in time.
    private bool HasRoom(long sent) =>
        sent - Totals("users").All < MaxInFlight && Totals("users")[ProcessOutcome.Applied] - _tap.Read < MaxInFlight;

    private void Send(string topic, WorkloadRecord record, string type) =>
        Deliveries.Watch(_producer.SendRawAsync(topic, record.Key, record.ToBytes(), ResumePoint.IdOf(_name, record.Index), type));

    private RoleTotals Totals(string role) => _platform.Metrics.Totals(role);
}
