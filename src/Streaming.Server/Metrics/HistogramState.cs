namespace Streaming.Server.Metrics;

/// <summary>Counts what is recorded by bucket. Sum and counts are of the same measurements in every snapshot.</summary>
internal sealed class HistogramState(double[] upperBounds) : SeriesState
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[upperBounds.Length + 1];
    private double _sum;

    public override void Record(double value)
    {
        int bucket = Array.BinarySearch(upperBounds, value);
        lock (_lock)
        {
            _counts[bucket >= 0 ? bucket : ~bucket]++;
            _sum += value;
        }
    }

    public override MetricSeries Snapshot(string labels)
    {
        lock (_lock)
            return new MetricSeries(labels, _sum, new HistogramBuckets(upperBounds, [.. _counts]));
    }
}
