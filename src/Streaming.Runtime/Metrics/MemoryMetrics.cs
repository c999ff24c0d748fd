using System.Diagnostics.Metrics;

namespace Streaming.Runtime.Metrics;

/// <summary>What the vector memory tells of its writes and searches. Safe for any thread.</summary>
public sealed class MemoryMetrics
{
    private static readonly double[] SearchSeconds = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, .1, .2, .5, 1, 5];

    private static readonly double[] SnapshotSeconds = [.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60];

    private readonly Counter<long> _upserts;
    private readonly Counter<long> _departures;
    private readonly Counter<long> _changes;
    private readonly Counter<long> _partial;
    private readonly Histogram<double> _search;
    private readonly Histogram<double> _snapshot;
    private readonly Counter<long> _snapshotFailures;

    internal MemoryMetrics(Meter meter)
    {
        _upserts = meter.CreateCounter<long>("streaming.memory.upserts", "{upsert}", "Upserts of a namespace, by outcome");
        _departures = meter.CreateCounter<long>("streaming.memory.departures", "{entry}", "Entries that left a namespace, by reason");
        _changes = meter.CreateCounter<long>("streaming.memory.changes", "{record}", "Records on memory-changes, by what became of them");
        _partial = meter.CreateCounter<long>("streaming.memory.partial_answers", "{search}", "Searches that were answered without the entries of some partitions");
        _search = meter.CreateHistogram("streaming.memory.search.duration", "s", "One search of a namespace, without HTTP", tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SearchSeconds });
        _snapshot = meter.CreateHistogram("streaming.memory.snapshot.duration", "s", "One snapshot of a namespace, written to disk or restored from it", tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SnapshotSeconds });
        _snapshotFailures = meter.CreateCounter<long>("streaming.memory.snapshot.failures", "{snapshot}", "Snapshots that could not be written, or were refused at a start");
    }

    /// <summary>A snapshot was written or restored.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="operation">write or restore.</param>
    /// <param name="duration">How long it took.</param>
    public void SnapshotDone(string space, string operation, TimeSpan duration) =>
        _snapshot.Record(duration.TotalSeconds, new("namespace", space), new("operation", operation));

    /// <summary>A snapshot could not be written, or was refused.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="operation">write or restore.</param>
    public void SnapshotFailed(string space, string operation) => _snapshotFailures.Add(1, new("namespace", space), new("operation", operation));

    /// <summary>An upsert was applied, or found to be old.</summary>
    public void Upserted(string space, string outcome) => _upserts.Add(1, new("namespace", space), new("outcome", outcome));

    /// <summary>An entry left.</summary>
    public void Departed(string space, string reason) => _departures.Add(1, new("namespace", space), new("reason", reason));

    /// <summary>A change was delivered, was not and will be sent again, or is lost.</summary>
    public void Changed(string space, string outcome) => _changes.Add(1, new("namespace", space), new("outcome", outcome));

    /// <summary>A search was answered without the entries of some partitions.</summary>
    public void AnsweredInPart(string space) => _partial.Add(1, new KeyValuePair<string, object?>("namespace", space));

    /// <summary>A search was answered from what this instance holds.</summary>
    public void Searched(string space, bool exact, TimeSpan duration) =>
        _search.Record(duration.TotalSeconds, new("namespace", space), new("exact", exact ? "true" : "false"));
}
