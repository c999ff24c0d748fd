namespace Streaming.Server.Metrics;

/// <summary>Estimates quantiles from buckets as Prometheus' <c>histogram_quantile</c> does: even spread inside a bucket.</summary>
public static class HistogramQuantile
{
    /// <summary>The value below which the share <paramref name="quantile"/> of the measurements lies.</summary>
    /// <param name="buckets">The counts.</param>
    /// <param name="quantile">0 to 1: 0.5 for the median, 0.99 for p99.</param>
    /// <returns>
    /// An estimate that is off by at most the width of its bucket. In the first bucket the values are taken to start at 0 (where its bound is
    /// positive), in the last one the highest bound is all that is known. NaN without measurements.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The quantile is not in 0..1: an error of the caller.</exception>
    public static double Estimate(HistogramBuckets buckets, double quantile)
    {
        if (!(quantile is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile is 0 to 1.");
        long total = buckets.Total;
        if (total == 0 || buckets.UpperBounds.Length == 0)
            return double.NaN;

        double rank = quantile * total;
        int bucket = 0;
        double below = 0;
        while (bucket < buckets.UpperBounds.Length && (buckets.Counts[bucket] == 0 || below + buckets.Counts[bucket] < rank))
            below += buckets.Counts[bucket++];
        return bucket == buckets.UpperBounds.Length
            ? buckets.UpperBounds[^1]
            : Interpolate(buckets, bucket, (rank - below) / buckets.Counts[bucket]);
    }

    private static double Interpolate(HistogramBuckets buckets, int bucket, double share)
    {
        double upper = buckets.UpperBounds[bucket];
        double lower = bucket > 0 ? buckets.UpperBounds[bucket - 1] : Math.Min(0, upper);
        return lower + ((upper - lower) * share);
    }
}
