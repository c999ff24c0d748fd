using System.Diagnostics.Metrics;

namespace Streaming.Server.Metrics;

/// <summary>How the measurements of an instrument become series.</summary>
/// <param name="Kind">Type of the family.</param>
/// <param name="IsAdditive">Measurements are added up rather than the last one kept.</param>
/// <param name="IsMonotonic">Negative measurements are wrong, and are dropped.</param>
/// <param name="IsObservable">The instrument reports all its values when asked, and only then.</param>
/// <param name="UpperBounds">Bucket bounds of a histogram; empty for other kinds.</param>
internal sealed record InstrumentShape(MetricKind Kind, bool IsAdditive, bool IsMonotonic, bool IsObservable, double[] UpperBounds)
{
    // From a tenth of a millisecond, where freshness is at home, to a minute.
    private static readonly double[] DefaultSeconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    // The OpenTelemetry specification's default.
    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

    /// <summary>The shape of an instrument; null for a type of instrument that is not known.</summary>
    public static InstrumentShape? Of(Instrument instrument)
    {
        Type type = instrument.GetType();
        Type? definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return definition switch
        {
            _ when definition == typeof(Counter<>) => new(MetricKind.Counter, true, true, false, []),
            _ when definition == typeof(ObservableCounter<>) => new(MetricKind.Counter, true, true, true, []),
            _ when definition == typeof(UpDownCounter<>) => new(MetricKind.Gauge, true, false, false, []),
            _ when definition == typeof(ObservableUpDownCounter<>) => new(MetricKind.Gauge, true, false, true, []),
            _ when definition == typeof(Gauge<>) => new(MetricKind.Gauge, false, false, false, []),
            _ when definition == typeof(ObservableGauge<>) => new(MetricKind.Gauge, false, false, true, []),
            _ when definition == typeof(Histogram<>) => new(MetricKind.Histogram, true, false, false, BoundsOf(instrument)),
            _ => null,
        };
    }

    /// <summary>Whether instruments of both shapes can share a family. The bounds may differ: those of the first one count.</summary>
    public bool Agrees(InstrumentShape other) => this with { UpperBounds = other.UpperBounds } == other;

    public SeriesState NewSeries() =>
        Kind == MetricKind.Histogram ? new HistogramState(UpperBounds) : IsAdditive ? new SumState() : new LastValueState();

    /// <summary>Whether a measurement can be taken into the series: one that is not a number would spoil a sum for ever.</summary>
    public bool Accepts(double value) => !(IsAdditive && double.IsNaN(value)) && !(IsMonotonic && value < 0);

    private static double[] BoundsOf(Instrument instrument) =>
        Advised<double>(instrument) ?? Advised<long>(instrument) ?? Advised<int>(instrument) ?? Advised<float>(instrument)
        ?? Advised<short>(instrument) ?? Advised<byte>(instrument) ?? Advised<decimal>(instrument)
        ?? (instrument.Unit == "s" ? DefaultSeconds : DefaultBounds);

    private static double[]? Advised<T>(Instrument instrument)
        where T : struct =>
        instrument is Histogram<T> { Advice.HistogramBucketBoundaries: { } bounds }
            ? [.. bounds.Select(bound => Convert.ToDouble(bound, null)).Where(double.IsFinite)]
            : null;
}
