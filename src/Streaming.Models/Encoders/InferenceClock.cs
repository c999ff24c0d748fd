using System.Diagnostics;

namespace Streaming.Models.Encoders;

/// <summary>Time that this process has spent inside ONNX Runtime for encoders, over all threads: what a benchmark or a metric takes the share of.</summary>
public static class InferenceClock
{
    private static long _ticks;
    private static long _runs;

    /// <summary>Wall time inside runs, summed over threads.</summary>
    public static TimeSpan Elapsed => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _ticks));

    /// <summary>Runs of a graph.</summary>
    public static long Runs => Interlocked.Read(ref _runs);

    internal static long Begin() => Stopwatch.GetTimestamp();

    internal static void End(long started)
    {
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - started);
        Interlocked.Increment(ref _runs);
    }
}
