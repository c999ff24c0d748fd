using System.Collections.Concurrent;
using System.Diagnostics;
using Streaming.Server.Output;

namespace Streaming.Server.Bench;

/// <summary>
/// Matches what was sent with what arrived, by partition and offset of the sent record. Either side may come first: a feature is often read
/// before its event's own delivery report.
/// </summary>
internal sealed class LatencyJoin
{
    private readonly ConcurrentDictionary<(int Partition, long Offset), long> _sent = new();
    private readonly ConcurrentDictionary<(int Partition, long Offset), long> _arrived = new();
    private long _matched;

    /// <summary>From the send call to the record read, after <see cref="Begin"/>.</summary>
    public LatencyRecorder Latency { get; } = new();

    public long Matched => Volatile.Read(ref _matched);

    private long _from = long.MaxValue;

    /// <summary>The warm-up is over: what is sent from now on counts.</summary>
    public void Begin() => Volatile.Write(ref _from, Stopwatch.GetTimestamp());

    public void Sent(int partition, long offset, long timestamp)
    {
        _sent[(partition, offset)] = timestamp;
        Match((partition, offset));
    }

    public void Arrived(int partition, long offset)
    {
        _arrived.TryAdd((partition, offset), Stopwatch.GetTimestamp());
        Match((partition, offset));
    }

    // Both sides put first and look then, so the later one finds the pair; removing from `sent` decides who counts it.
    private void Match((int, long) key)
    {
        if (!_arrived.TryGetValue(key, out var arrived) || !_sent.TryRemove(key, out var sent))
            return;
        _arrived.TryRemove(key, out _);
        Interlocked.Increment(ref _matched);
        if (sent >= Volatile.Read(ref _from))
            Latency.Record(Stopwatch.GetElapsedTime(sent, arrived));
    }
}
