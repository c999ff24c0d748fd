using System.Diagnostics;

namespace Streaming.Server.Bench;

/// <summary>The floor of a step: how fast this core moves memory that is in no cache.</summary>
internal static class HstuBenchFloor
{
    private const int CopyBytes = 64 << 20;
    private const int Repetitions = 30;

    /// <summary>Bytes read plus bytes written a second by a large memory copy, the best of several: other work on the machine only takes away.</summary>
    public static double BytesPerSecond()
    {
        var (source, target) = (new byte[CopyBytes], new byte[CopyBytes]);
        source.AsSpan().Fill(1);
        target.AsSpan().Fill(2);
        var best = double.MaxValue;
        for (var i = 0; i < Repetitions; i++)
        {
            var started = Stopwatch.GetTimestamp();
            source.CopyTo(target, 0);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return 2.0 * CopyBytes / best;
    }
}
