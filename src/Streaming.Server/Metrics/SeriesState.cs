namespace Streaming.Server.Metrics;

/// <summary>The running value of one series. Any thread may record.</summary>
internal abstract class SeriesState
{
    public abstract void Record(double value);

    public abstract MetricSeries Snapshot(string labels);
}
