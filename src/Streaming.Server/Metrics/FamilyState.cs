namespace Streaming.Server.Metrics;

/// <summary>The series of one metric name, at most a fixed number of them. Instruments of the same name share it.</summary>
/// <remarks>
/// When it is full, the label sets that are already there stay, and all measurements of further ones go to one series with the label
/// <c>otel_metric_overflow="true"</c>, which takes one of the places. So sums over all series stay right.
/// </remarks>
internal sealed class FamilyState(string name, string help, InstrumentShape shape, int maxSeries)
{
    private const string OverflowLabels = "otel_metric_overflow=\"true\"";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SeriesState> _series = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public InstrumentShape Shape { get; } = shape;

    /// <summary>The series of these labels, or the overflow series when the family is full.</summary>
    public SeriesState Find(string labels)
    {
        lock (_lock)
        {
            if (_series.TryGetValue(labels, out SeriesState? known))
                return known;
            string place = _series.Count < maxSeries - 1 ? labels : OverflowLabels;
            if (!_series.TryGetValue(place, out SeriesState? series))
                _series.Add(place, series = Shape.NewSeries());
            return series;
        }
    }

    /// <summary>Forgets all series: what an observable instrument does not report any more is gone.</summary>
    public void Clear()
    {
        lock (_lock)
            _series.Clear();
    }

    public MetricFamily Snapshot()
    {
        lock (_lock)
        {
            return new MetricFamily(
                Name, help, Shape.Kind, [.. _series.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value.Snapshot(s.Key))]);
        }
    }
}
