using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Metrics;

/// <summary>What the runtime tells of itself, under the meter <c>Streaming.Runtime</c>. Safe for any thread.</summary>
public sealed class RuntimeMetrics : IDisposable
{
    private static readonly double[] LatencySeconds =
        [.0005, .001, .002, .003, .005, .0075, .01, .015, .02, .03, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400];

    private readonly Meter _meter = new("Streaming.Runtime");
    private readonly ConcurrentDictionary<string, RoleTotals> _totals = new(StringComparer.Ordinal);
    private readonly Counter<long> _processed;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _late;
    private readonly Counter<long> _unknownCreatives;
    private readonly Counter<long> _rebuilds;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _taskFailures;
    private readonly Histogram<double> _freshness;
    private readonly Histogram<double> _commit;
    private readonly Histogram<double> _step;
    private readonly Counter<long> _committedValues;

    /// <summary>Registers the instruments.</summary>
    public RuntimeMetrics()
    {
        var latency = new InstrumentAdvice<double> { HistogramBucketBoundaries = LatencySeconds };
        _processed = _meter.CreateCounter<long>("streaming.records.processed", "{record}", "Records taken from source topics, by outcome");
        _deadLetters = _meter.CreateCounter<long>("streaming.dead_letters", "{record}", "Records sent to a dead-letter topic");
        _late = _meter.CreateCounter<long>("streaming.records.late", "{record}", "User events older than the user's newest event");
        _unknownCreatives = _meter.CreateCounter<long>("streaming.tokens.unknown_creative", "{token}", "Tokens whose creative features were not known yet");
        _rebuilds = _meter.CreateCounter<long>("streaming.sequence_cache.rebuilds", "{rebuild}", "Users whose K/V cache was rebuilt from history");
        _evictions = _meter.CreateCounter<long>("streaming.sequence_cache.evictions", "{eviction}", "Users whose K/V cache was dropped because the budget was full");
        _taskFailures = _meter.CreateCounter<long>("streaming.task.restores", "{restore}", "Tasks that went back to their last commit");
        _committedValues = _meter.CreateCounter<long>("streaming.commit.values", "{value}", "State values written by commits");
        _freshness = _meter.CreateHistogram("streaming.freshness", "s", "Append time of a feature minus append time (since=append) or event time (since=event) of its cause", tags: null, advice: latency);
        _commit = _meter.CreateHistogram("streaming.commit.duration", "s", "Writing state and source offset in one transaction", tags: null, advice: latency);
        _step = _meter.CreateHistogram("streaming.sequence.step.duration", "s", "One incremental step of the sequence model", tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2, 1e-1] });
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>Adds a gauge that is read when metrics are.</summary>
    public void Observe(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableGauge(name, read, unit, description);

    /// <summary>Records of a role by outcome since the start of the process.</summary>
    public RoleTotals Totals(string role) => _totals.GetOrAdd(role, _ => new());

    internal void Processed(string role, string topic, ProcessOutcome outcome)
    {
        _processed.Add(1, new("role", role), new("topic", topic), new("outcome", Name(outcome)));
        Totals(role).Count(outcome);
    }

    internal void DeadLettered(string topic, Rejection rejection) =>
        _deadLetters.Add(1, new("topic", topic), new("reason", rejection.Class), new("field", FieldName(rejection.Field)));

    internal void Fresh(string role, long sinceAppendMs, long sinceEventMs)
    {
        _freshness.Record(Math.Max(0, sinceAppendMs) / 1e3, new("feature", role), new("since", "append"));
        _freshness.Record(Math.Max(0, sinceEventMs) / 1e3, new("feature", role), new("since", "event"));
    }

    internal void Committed(string role, TimeSpan duration, int values)
    {
        _commit.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("role", role));
        _committedValues.Add(values, new KeyValuePair<string, object?>("role", role));
    }

    internal void Late() => _late.Add(1);

    internal void UnknownCreative() => _unknownCreatives.Add(1);

    internal void Rebuilt() => _rebuilds.Add(1);

    internal void Evicted() => _evictions.Add(1);

    internal void Stepped(TimeSpan duration) => _step.Record(duration.TotalSeconds);

    internal void Restored(string role) => _taskFailures.Add(1, new KeyValuePair<string, object?>("role", role));

    private static string Name(ProcessOutcome outcome) => outcome switch
    {
        ProcessOutcome.Applied => "applied",
        ProcessOutcome.Replayed => "replayed",
        ProcessOutcome.Duplicate => "duplicate",
        _ => "rejected",
    };

    // Indexes and map names would make a label set per value.
    private static string FieldName(string field)
    {
        var end = field.IndexOf('[', StringComparison.Ordinal);
        return end < 0 ? field : field[..end];
    }
}
