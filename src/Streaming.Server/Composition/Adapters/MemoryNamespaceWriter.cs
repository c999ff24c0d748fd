using Streaming.Core.Validation;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Metrics;

namespace Streaming.Server.Composition.Adapters;

/// <summary>A vector namespace as the runtime writes it; tells what leaves it.</summary>
internal sealed class MemoryNamespaceWriter : IMemoryNamespace
{
    // What had expired longer ago when its write arrives is not told: a memory that is rebuilt reads again all that ever expired.
    private static readonly TimeSpan ToldLate = TimeSpan.FromHours(1);

    // A publish stays short however many entries expire at once; no search returns those that wait for the next one.
    private const int MostExpired = 4_096;

    private readonly VectorNamespace _space;
    private readonly TimeProvider _clock;
    private readonly MemoryMetrics _metrics;
    private readonly MemoryChanges? _changes;

    /// <param name="space">The namespace; this object is its only writer.</param>
    /// <param name="clock">The namespace's clock.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="changes">Where it is told what leaves; null = nowhere.</param>
    public MemoryNamespaceWriter(VectorNamespace space, TimeProvider clock, MemoryMetrics metrics, MemoryChanges? changes)
    {
        (_space, _clock, _metrics, _changes) = (space, clock, metrics, changes);
        space.Departed = Tell;
    }

    public string Name => _space.Options.Name;

    public Violation? Check(ReadOnlySpan<float> vector) =>
        vector.IsEmpty || VectorRules.Check(vector, _space.Options) is not { } bad ? null : new Violation(bad.Field, bad.Value, $"must be {bad.Rule}");

    public void Upsert(Runtime.Memory.MemoryEntry entry, MemoryPosition position)
    {
        var outcome = _space.Upsert(entry.Id, entry.Vector.Span, entry.Attributes, Stamp(entry.EventTimeMs, position), entry.ValidUntilMs == 0 ? null : entry.ValidUntilMs, entry.ValidFromMs);
        _metrics.Upserted(Name, NameOf(outcome));
    }

    public void Delete(string id, long eventTimeMs, MemoryPosition position) => _space.Delete(id, Stamp(eventTimeMs, position));

    public void DeleteWhere(IReadOnlyDictionary<string, string> attributes, long eventTimeMs, MemoryPosition position) =>
        _space.DeleteWhere(attributes, Stamp(eventTimeMs, position));

    public void RemoveSource(string source) => _space.RemoveSource(source);

    // Expired entries never show in a search; taking them out here gives their space back.
    public void Publish()
    {
        _space.Expire(_clock.GetUtcNow(), MostExpired);
        _space.Publish();
        _changes?.Send(NowMs());
    }

    private void Tell(Departure departure)
    {
        var reason = NameOf(departure.Reason);
        _metrics.Departed(Name, reason);
        if (departure.ValidUntilMs != 0 && departure.ValidUntilMs < NowMs() - ToldLate.TotalMilliseconds)
            return;
        _changes?.Add(new()
        {
            Namespace = Name,
            Id = departure.Id,
            Reason = reason,
            Version = departure.Version,
            EventTimeMs = departure.Stamp.EventTimeMs,
            Source = departure.Stamp.Source,
            Offset = departure.Stamp.Offset,
            ValidUntilMs = departure.ValidUntilMs,
        });
    }

    private long NowMs() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static string NameOf(DepartureReason reason) => reason switch
    {
        DepartureReason.Deleted => "deleted",
        DepartureReason.Expired => "expired",
        _ => "evicted",
    };

    private static string NameOf(UpsertOutcome outcome) => outcome switch
    {
        UpsertOutcome.Inserted => "inserted",
        UpsertOutcome.Replaced => "replaced",
        UpsertOutcome.Stale => "stale",
        UpsertOutcome.Duplicate => "duplicate",
        UpsertOutcome.Expired => "expired",
        UpsertOutcome.Deleted => "deleted",
        _ => "evicted",
    };

    private static WriteStamp Stamp(long eventTimeMs, MemoryPosition position) => new(eventTimeMs, position.Source, position.Offset);
}
