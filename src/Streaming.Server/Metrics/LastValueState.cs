namespace Streaming.Server.Metrics;

/// <summary>Keeps what was recorded last.</summary>
internal sealed class LastValueState : SeriesState
{
    private double _last;

    public override void Record(double value) => Volatile.Write(ref _last, value);

    public override MetricSeries Snapshot(string labels) => new(labels, Volatile.Read(ref _last), null);
}
