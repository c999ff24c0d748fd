using System.Diagnostics;
using Streaming.Client;
using Streaming.Core.Partitioning;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Bench;

/// <summary>Sends records at a steady rate. Sending never waits for the pipeline, so a slow one cannot hide its latency.</summary>
internal sealed class PacedSender(StreamingProducer producer, string topic, int partitions, LatencyJoin join)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    public static AdWorkload Workload(double rate) => new(
        new AdWorkloadOptions { EventsPerSecond = rate, NewCreativesPerSecond = 0, LateShare = 0, DuplicateShare = 0, BadShare = 0 },
        DateTimeOffset.UtcNow);

    /// <returns>Records sent.</returns>
    public long Send(IEnumerator<PacedRecord> records, double rate, TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        long sent = 0;
        while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < duration)
        {
            for (var due = (long)(elapsed.TotalSeconds * rate); sent < due && records.MoveNext(); sent++)
                Send(records.Current);
            cancellationToken.WaitHandle.WaitOne(Pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
        return sent;
    }

    private void Send(PacedRecord record)
    {
        var partition = Murmur2.Partition(record.Key, partitions);
        var timestamp = Stopwatch.GetTimestamp();
        var delivery = producer.SendRawAsync(topic, record.Key, record.Value, record.Id, record.Type);
        delivery.ContinueWith(d => join.Sent(partition, d.Result, timestamp), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Deliveries.Watch(delivery);
    }
}
