using System.Numerics;

namespace Streaming.Models.Hstu;

/// <summary>The bucket of a time distance: clamp(trunc(ln(max(1, |Δ|)) / 0.301), 0, 128), in float32.</summary>
/// <remarks>
/// Source: the time bias of generative-recommenders. The formula is evaluated once per bucket border; a look-up then costs a few integer
/// compares. The logarithm is rounded from double, so the borders do not depend on a C library's float32 logarithm.
/// </remarks>
public static class HstuTimeBucket
{
    /// <summary>Number of buckets.</summary>
    public const int Count = 129;

    private const float LogUnit = 0.301f;

    // LowerBounds[b] = the smallest distance whose bucket is b or higher.
    private static readonly ulong[] LowerBounds = FindLowerBounds();

    // The bucket of 2^n: where the search for a distance of n+1 bits starts. An octave spans ln 2 / 0.301 = 2.3 buckets.
    private static readonly byte[] BucketOfPower = Enumerable.Range(0, 64).Select(n => (byte)Formula(1UL << n)).ToArray();

    /// <summary>By bucket, the smallest distance whose bucket is this or higher: for an engine that looks buckets up elsewhere.</summary>
    internal static ReadOnlySpan<ulong> Bounds => LowerBounds;

    /// <summary>The bucket of each power of two, 64 of them.</summary>
    internal static ReadOnlySpan<byte> OfPower => BucketOfPower;

    /// <summary>The bucket of the distance between two event times, in seconds, whichever is later. 0..128.</summary>
    public static int Of(long time, long otherTime)
    {
        var distance = Distance(time, otherTime);
        int bucket = BucketOfPower[BitOperations.Log2(distance | 1)];
        while (bucket < Count - 1 && distance >= LowerBounds[bucket + 1]) bucket++;
        return bucket;
    }

    /// <summary>The buckets of the distances between one event time and others. Fast when neighbours share a bucket, as those of a history do.</summary>
    /// <param name="time">One time.</param>
    /// <param name="otherTimes">The others.</param>
    /// <param name="buckets">Receives a bucket for each.</param>
    public static void Of(long time, ReadOnlySpan<long> otherTimes, Span<byte> buckets)
    {
        // Of the last bucket found: its smallest distance and how many follow. None is in the empty one at the start.
        ulong low = 0, length = 0;
        byte bucket = 0;
        for (var i = 0; i < otherTimes.Length; i++)
        {
            var distance = Distance(time, otherTimes[i]);
            if (distance - low >= length)
            {
                bucket = (byte)Of(time, otherTimes[i]);
                low = LowerBounds[bucket];
                length = (bucket + 1 < Count ? LowerBounds[bucket + 1] : ulong.MaxValue) - low;
            }
            buckets[i] = bucket;
        }
    }

    // In unsigned arithmetic the distance of any two longs is exact.
    private static ulong Distance(long time, long otherTime) =>
        time >= otherTime ? (ulong)time - (ulong)otherTime : (ulong)otherTime - (ulong)time;

    private static int Formula(ulong distance)
    {
        var logarithm = (float)Math.Log(MathF.Max(1f, distance));
        return Math.Clamp((int)(logarithm / LogUnit), 0, Count - 1);
    }

    private static ulong[] FindLowerBounds()
    {
        var bounds = new ulong[Count];
        for (var bucket = 1; bucket < Count; bucket++)
        {
            ulong low = 0, high = ulong.MaxValue;
            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                if (Formula(middle) >= bucket) high = middle;
                else low = middle + 1;
            }
            bounds[bucket] = low;
        }
        return bounds;
    }
}
