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

    private volatile (long From, LatencyRecorder Recorder)[] _phases = [];

    /// <summary>From the send call to the record read, of what was sent since the last <see cref="Begin"/>.</summary>
    public LatencyRecorder Latency => _phases[^1].Recorder;

    public long Matched => Volatile.Read(ref _matched);

    /// <summary>A phase begins: what is sent from now on counts for its recorder. Nothing counts before the first, which is the warm-up. One caller.</summary>
    public LatencyRecorder Begin()
    {
        var recorder = new LatencyRecorder();
        _phases = [.. _phases, (Stopwatch.GetTimestamp(), recorder)];
        return recorder;
    }

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
        var phases = _phases;
        for (var i = phases.Length - 1; i >= 0; i--)
        {
            if (sent < phases[i].From)
                continue;
            phases[i].Recorder.Record(Stopwatch.GetElapsedTime(sent, arrived));
            return;
        }
    }
}
