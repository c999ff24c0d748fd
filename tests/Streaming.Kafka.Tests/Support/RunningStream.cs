using Microsoft.Extensions.Logging;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Support;

/// <summary>A <see cref="StreamThread"/> with everything under it, running on a thread of its own until stopped.</summary>
internal sealed class RunningStream : IAsyncDisposable
{
    private readonly StateDirectory _state;
    private readonly KafkaRecordSink _sink;
    private readonly RuntimeMetrics _metrics = new();
    private readonly StreamThread _thread;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _ended;

    private RunningStream(KafkaOptions kafka, string group, IProcessorFactory role, string folder, RuntimeOptions options, TimeProvider clock, ILogger logger, Func<IRecordSink, IRecordSink> wrap)
    {
        var clusterId = ClusterIdentity.Read(kafka, TimeSpan.FromSeconds(30));
        _state = new StateDirectory(folder, clusterId, new KafkaLogReader(kafka, logger), TimeProvider.System, logger);
        _sink = new KafkaRecordSink(kafka, options.DeliveryTimeout, logger);
        // The member's session is the brokers' business; a test that moves the clock keeps it.
        var source = new KafkaRecordSource(kafka, group, GroupMember.SessionTimeout, logger);
        _thread = new StreamThread(role, source, new TaskContext(_state, wrap(_sink), clock, _metrics), options, logger);
        _ended = Task.Factory.StartNew(() => _thread.Run(_stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Starts it.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="role">What it does.</param>
    /// <param name="folder">State directory.</param>
    /// <param name="options">Time-outs and commit interval.</param>
    /// <param name="logger">Hears of assignments, lapses and restores.</param>
    /// <param name="clock">The lease's clock; the system's when null.</param>
    /// <param name="wrap">Puts something in front of the sink.</param>
    public static RunningStream Start(
        KafkaOptions kafka,
        string group,
        IProcessorFactory role,
        string folder,
        RuntimeOptions options,
        ILogger logger,
        TimeProvider? clock = null,
        Func<IRecordSink, IRecordSink>? wrap = null) =>
        new(kafka, group, role, folder, options, clock ?? TimeProvider.System, logger, wrap ?? (sink => sink));

    /// <summary>Completes when the commits have reached <paramref name="records"/> records over all partitions.</summary>
    public async Task CommittedAsync(long records)
    {
        await Eventually.HoldsAsync($"{records} records are committed", () => _ended.IsCompleted || _thread.Positions.Sum(p => p.Committed) >= records);
        if (_ended.IsFaulted)
            await _ended;
    }

    /// <summary>Commits, leaves the group and closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _thread.Dispose();
        _sink.Dispose();
        _state.Dispose();
        _metrics.Dispose();
        _stop.Dispose();
        await _ended;
    }
}
