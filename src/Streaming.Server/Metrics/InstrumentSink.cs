using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Streaming.Server.Metrics;

/// <summary>Brings the measurements of one instrument to the series of its family.</summary>
/// <remarks>
/// Hot path: a known set of tags costs a hash look-up and the record, and allocates nothing. A set of tags beyond the family's limit makes its
/// labels anew each time.
/// </remarks>
internal sealed class InstrumentSink
{
    private readonly FamilyState _family;
    private readonly Tag[] _fixedTags;
    private readonly int _maxKnown;
    private readonly ConcurrentDictionary<Tag[], SeriesState> _known = new(TagSetComparer.Instance);
    private readonly ConcurrentDictionary<Tag[], SeriesState>.AlternateLookup<ReadOnlySpan<Tag>> _knownBySpan;
    private int _knownCount;

    public InstrumentSink(Instrument instrument, FamilyState family, int maxKnown)
    {
        _family = family;
        _fixedTags = [.. instrument.Meter.Tags ?? [], .. instrument.Tags ?? []];
        _maxKnown = maxKnown;
        _knownBySpan = _known.GetAlternateLookup<ReadOnlySpan<Tag>>();
    }

    public void Record(double value, ReadOnlySpan<Tag> tags)
    {
        if (!_family.Shape.Accepts(value))
            return;
        if (!_knownBySpan.TryGetValue(tags, out SeriesState? series))
            series = Find(tags);
        series.Record(value);
    }

    private SeriesState Find(ReadOnlySpan<Tag> tags)
    {
        SeriesState series = _family.Find(PrometheusText.Labels([.. _fixedTags, .. tags]));

        // The series of an observable instrument live for one collection only.
        if (!_family.Shape.IsObservable && Volatile.Read(ref _knownCount) < _maxKnown && _knownBySpan.TryAdd(tags, series))
            Interlocked.Increment(ref _knownCount);
        return series;
    }
}
