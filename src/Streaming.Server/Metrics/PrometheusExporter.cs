using System.Diagnostics.Metrics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Streaming.Server.Metrics;

/// <summary>Collects the instruments of this program's meters and shows them as Prometheus does.</summary>
/// <remarks>
/// <para>
/// Instruments of the same name, of any meter, share one family: counts add up. An instrument whose name is taken by a family of another type is
/// left out and counted in <c>streaming_metrics_failures_total</c>, like a callback that throws. Measurements that are not a number, and
/// negative ones of counters, are dropped.
/// </para>
/// <para>
/// A name has at most <c>maxSeries</c> series: the first label sets stay, further ones share the series <c>otel_metric_overflow="true"</c>.
/// Observable instruments are asked anew at each collection, so that what they no longer report disappears.
/// </para>
/// <para>Thread-safe. Recording never waits for a collection of another family.</para>
/// </remarks>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>How many series a name has at most, unless told otherwise.</summary>
    public const int DefaultMaxSeries = 2_000;

    private readonly Lock _collecting = new();
    private readonly Lock _publishing = new();
    private readonly SortedDictionary<string, FamilyState> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly int _maxSeries;
    private long _conflicts;
    private long _failedCallbacks;

    /// <summary>Starts to listen to all meters, present and future, whose name starts with the prefix.</summary>
    /// <param name="meterPrefix">Beginning of the meters' names; case matters.</param>
    /// <param name="maxSeries">How many series a name has at most: 2 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 series: correct the caller.</exception>
    public PrometheusExporter(string meterPrefix = "Streaming", int maxSeries = DefaultMaxSeries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSeries, 2);
        _maxSeries = maxSeries;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(meterPrefix, StringComparison.Ordinal) && NewSink(instrument) is { } sink)
                listener.EnableMeasurementEvents(instrument, sink);
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, sink) => Record(sink, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, sink) => Record(sink, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, sink) => Record(sink, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, sink) => Record(sink, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, sink) => Record(sink, value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, sink) => Record(sink, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, sink) => Record(sink, (double)value, tags));
        _listener.Start();
    }

    /// <summary>All families of this moment, by name. Families without a series are left out.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        lock (_collecting)
        {
            FamilyState[] families = Families();
            foreach (FamilyState observable in families.Where(f => f.Shape.IsObservable))
                observable.Clear();
            Observe();
            IEnumerable<MetricFamily> snapshots = families.Select(f => f.Snapshot()).Where(f => f.Series.Count > 0).Append(Failures());
            return [.. snapshots.OrderBy(f => f.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Writes all families of this moment in the text format, whose media type is <see cref="PrometheusText.ContentType"/>.</summary>
    public void Write(TextWriter writer) => PrometheusText.Write(writer, Collect());

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Record(object? sink, double value, ReadOnlySpan<Tag> tags) => ((InstrumentSink)sink!).Record(value, tags);

    private InstrumentSink? NewSink(Instrument instrument)
    {
        if (InstrumentShape.Of(instrument) is not { } shape)
            return null;
        string name = PrometheusName.OfFamily(instrument.Name, instrument.Unit, shape.Kind);
        lock (_publishing)
        {
            if (!_families.TryGetValue(name, out FamilyState? family))
                _families.Add(name, family = new FamilyState(name, instrument.Description ?? "", shape, _maxSeries));
            if (family.Shape.Agrees(shape))
                return new InstrumentSink(instrument, family, maxKnown: 2 * _maxSeries);
        }

        Interlocked.Increment(ref _conflicts);
        return null;
    }

    private FamilyState[] Families()
    {
        lock (_publishing)
            return [.. _families.Values];
    }

    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException failures)
        {
            // The runtime asks all instruments first and throws then: only the failed ones are missing.
            Interlocked.Add(ref _failedCallbacks, failures.InnerExceptions.Count);
        }
    }

    private MetricFamily Failures() => new(
        "streaming_metrics_failures_total",
        "Instruments left out because their name is taken, and callbacks that failed.",
        MetricKind.Counter,
        [
            new MetricSeries("kind=\"callback\"", Interlocked.Read(ref _failedCallbacks), null),
            new MetricSeries("kind=\"conflict\"", Interlocked.Read(ref _conflicts), null),
        ]);
}
