using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Metrics;

/// <summary>What the runtime tells of itself, under the meter <c>Streaming.Runtime</c>. Safe for any thread.</summary>
public sealed class RuntimeMetrics : IDisposable
{
    private static readonly double[] BatchSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

    private static readonly double[] StepSeconds = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 1e-1, 1];

    private static readonly double[] LatencySeconds =
        [.0005, .001, .002, .003, .005, .0075, .01, .015, .02, .03, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400];

    private readonly Meter _meter = new("Streaming.Runtime");
    private readonly ConcurrentDictionary<string, RoleTotals> _totals = new(StringComparer.Ordinal);
    private readonly Counter<long> _processed;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _late;
    private readonly Counter<long> _unknownCreatives;
    private readonly Counter<long> _rebuilds;
    private readonly Counter<long> _replayedTokens;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;
    private readonly Counter<long> _promotions;
    private readonly Counter<long> _taskFailures;
    private readonly Histogram<double> _freshness;
    private readonly Histogram<double> _commit;
    private readonly Histogram<double> _step;
    private readonly Histogram<double> _batch;
    private readonly Histogram<double> _batchSize;
    private readonly Histogram<double> _rebuild;
    private readonly Counter<long> _committedValues;
    private readonly Counter<long> _semanticIds;

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
        _semanticIds = _meter.CreateCounter<long>("streaming.semantic_id.given", "{creative}", "Semantic IDs of creatives: kept, first of their codes in their partition, or collided with another's codes there");
        _freshness = _meter.CreateHistogram("streaming.freshness", "s", "Append time of a feature minus append time (since=append) or event time (since=event) of its cause", tags: null, advice: latency);
        _commit = _meter.CreateHistogram("streaming.commit.duration", "s", "Writing state and source offset in one transaction", tags: null, advice: latency);
        _replayedTokens = _meter.CreateCounter<long>("streaming.sequence_cache.replayed_tokens", "{token}", "Tokens of histories that rebuilds replayed");
        _hits = _meter.CreateCounter<long>("streaming.sequence_cache.hits", "{event}", "User events whose K/V cache was in memory");
        _misses = _meter.CreateCounter<long>("streaming.sequence_cache.misses", "{event}", "User events whose K/V cache was not in memory, new users included");
        _promotions = _meter.CreateCounter<long>("streaming.model.promotions", "{promotion}", "Models that the registry told this instance to run, by outcome (applied, failed)");
        var step = new InstrumentAdvice<double> { HistogramBucketBoundaries = StepSeconds };
        _step = _meter.CreateHistogram("streaming.sequence.step.duration", "s", "Time of a batch of the sequence model divided by its tokens", tags: null, advice: step);
        _batch = _meter.CreateHistogram("streaming.sequence.batch.duration", "s", "Time of a batch of the sequence model", tags: null, advice: step);
        _batchSize = _meter.CreateHistogram("streaming.sequence.batch.size", "{token}", "Tokens of a batch of the sequence model", tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = BatchSizes });
        Media = new MediaMetrics(_meter);
        Memory = new MemoryMetrics(_meter);
        _rebuild = _meter.CreateHistogram("streaming.sequence_cache.rebuild.duration", "s", "Rebuilding one user's K/V cache from history", tags: null, advice: latency);
    }

    /// <summary>Of pictures and videos.</summary>
    public MediaMetrics Media { get; }

    /// <summary>Of the vector memory.</summary>
    public MemoryMetrics Memory { get; }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>Adds a gauge that is read when metrics are.</summary>
    public void Observe(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableGauge(name, read, unit, description);

    /// <summary>Adds a gauge of a ratio that is read when metrics are.</summary>
    public void ObserveRatio(string name, string description, Func<IEnumerable<Measurement<double>>> read) =>
        _meter.CreateObservableGauge(name, read, "{ratio}", description);

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

    internal void SemanticIdGiven(string outcome) => _semanticIds.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void UnknownCreative() => _unknownCreatives.Add(1);

    internal void Rebuilt(int tokens, TimeSpan duration)
    {
        _rebuilds.Add(1);
        _replayedTokens.Add(tokens);
        _rebuild.Record(duration.TotalSeconds);
    }

    internal void CacheHit() => _hits.Add(1);

    internal void CacheMissed() => _misses.Add(1);

    internal void Evicted() => _evictions.Add(1);

    internal void Stepped(TimeSpan duration, int tokens)
    {
        _batch.Record(duration.TotalSeconds);
        _batchSize.Record(tokens);
        _step.Record(duration.TotalSeconds / tokens);
    }

    internal void Promoted(bool applied) => _promotions.Add(1, new KeyValuePair<string, object?>("outcome", applied ? "applied" : "failed"));

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
