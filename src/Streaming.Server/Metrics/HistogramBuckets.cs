namespace Streaming.Server.Metrics;

/// <summary>How many measurements fell into each bucket.</summary>
/// <param name="UpperBounds">Inclusive upper bounds, ascending and finite.</param>
/// <param name="Counts">One count per bound, not cumulative, and a last one for everything above.</param>
public sealed record HistogramBuckets(double[] UpperBounds, long[] Counts)
{
    /// <summary>How many measurements there are.</summary>
    public long Total => Counts.Sum();

    /// <summary>The measurements since an earlier state of the same histogram.</summary>
    /// <exception cref="ArgumentException">The bounds differ: the two are not of the same histogram.</exception>
    public HistogramBuckets Since(HistogramBuckets earlier) => Combine(earlier, static (now, then) => now - then);

    /// <summary>The measurements of both, for example of two label sets of one histogram.</summary>
    /// <exception cref="ArgumentException">The bounds differ: the two cannot be added.</exception>
    public HistogramBuckets Plus(HistogramBuckets other) => Combine(other, static (a, b) => a + b);

    private HistogramBuckets Combine(HistogramBuckets other, Func<long, long, long> combine) =>
        UpperBounds.AsSpan().SequenceEqual(other.UpperBounds)
            ? new HistogramBuckets(UpperBounds, [.. Counts.Zip(other.Counts, combine)])
            : throw new ArgumentException("The two histograms have different bucket bounds.", nameof(other));
}
