using System.Numerics;

namespace Streaming.Server.Output;

/// <summary>
/// Latencies with their quantiles, in a fixed 16 KiB: log-linear buckets, 64 to an octave, so a quantile is off by at most 1.6 %
/// (the idea of HdrHistogram, Gil Tene). Safe for any thread.
/// </summary>
public sealed class LatencyRecorder
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private readonly long[] _counts = new long[Sub * 40];
    private long _count;
    private long _maxMicros;

    /// <summary>Latencies recorded.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The largest latency in milliseconds.</summary>
    public double MaxMs => Volatile.Read(ref _maxMicros) / 1e3;

    /// <summary>Records one latency; a negative one, as two clocks can give, counts as zero.</summary>
    public void Record(TimeSpan latency)
    {
        var micros = Math.Max(0, (long)latency.TotalMicroseconds);
        Interlocked.Increment(ref _counts[Math.Min(Bucket(micros), _counts.Length - 1)]);
        Interlocked.Increment(ref _count);
        long max;
        while (micros > (max = Volatile.Read(ref _maxMicros)) && Interlocked.CompareExchange(ref _maxMicros, micros, max) != max)
        {
        }
    }

    /// <summary>The latency in milliseconds below which a share of the recorded ones lies; NaN without any.</summary>
    public double QuantileMs(double quantile)
    {
        if (Count == 0)
            return double.NaN;
        var rank = Math.Max(1, (long)Math.Ceiling(quantile * Count));
        long below = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            below += Volatile.Read(ref _counts[i]);
            if (below >= rank)
                return Math.Min(UpperMicros(i), Volatile.Read(ref _maxMicros)) / 1e3;
        }
        return MaxMs;
    }

    // Below 64 µs a bucket per microsecond; above, 64 buckets to each doubling.
    private static int Bucket(long micros)
    {
        var shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)micros | 1) - SubBits);
        return (shift * Sub) + (int)(micros >> shift);
    }

    private static double UpperMicros(int bucket)
    {
        var shift = Math.Max(0, (bucket / Sub) - 1);
        return ((bucket - (shift * Sub) + 1L) << shift) - 1;
    }
}
