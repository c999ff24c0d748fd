namespace Streaming.Server.Metrics;

/// <summary>Adds up what is recorded.</summary>
internal sealed class SumState : SeriesState
{
    private double _sum;

    public override void Record(double value)
    {
        double seen = Volatile.Read(ref _sum);
        double before;
        while ((before = Interlocked.CompareExchange(ref _sum, seen + value, seen)) != seen)
            seen = before;
    }

    public override MetricSeries Snapshot(string labels) => new(labels, Volatile.Read(ref _sum), null);
}
