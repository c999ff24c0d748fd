using System.Diagnostics;

namespace Streaming.Server.Bench;

/// <summary>Calls timed one by one.</summary>
/// <param name="PerSecond">Calls a second of the best repetition.</param>
/// <param name="P50Ms">Its median, milliseconds.</param>
/// <param name="P99Ms">Its 99th percentile, milliseconds.</param>
internal sealed record HstuBenchRun(double PerSecond, double P50Ms, double P99Ms)
{
    private const int Repetitions = 20;

    /// <summary>Runs a call again and again; the best of several repetitions, because other work on the machine only takes away.</summary>
    public static HstuBenchRun Best(Action call, TimeSpan repetition, CancellationToken cancellationToken)
    {
        _ = Once(call, repetition, cancellationToken);
        return Enumerable.Range(0, Repetitions).Select(_ => Once(call, repetition, cancellationToken)).MaxBy(run => run.PerSecond)!;
    }

    private static HstuBenchRun Once(Action call, TimeSpan repetition, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < repetition)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }
        var perSecond = times.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        times.Sort();
        return new(perSecond, times[times.Count / 2], times[times.Count * 99 / 100]);
    }
}
