using Streaming.Core.Validation;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Server.Composition.Adapters;

/// <summary>A vector namespace as the runtime writes it, with its snapshots; tells what leaves it.</summary>
internal sealed class MemoryNamespaceWriter : IMemoryNamespace
{
    // What had expired longer ago when its write arrives is not told: a memory that is rebuilt reads again all that ever expired.
    private static readonly TimeSpan ToldLate = TimeSpan.FromHours(1);

    // A publish stays short however many entries expire at once; no search returns those that wait for the next one.
    private const int MostExpired = 4_096;

    private readonly NamespaceSnapshots _snapshots;
    private readonly VectorNamespace _space;
    private readonly TimeProvider _clock;
    private readonly MemoryMetrics _metrics;
    private readonly MemoryChanges? _changes;

    /// <param name="snapshots">The namespace; this object is its only writer.</param>
    /// <param name="clock">The namespace's clock.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="changes">Where it is told what leaves; null = nowhere.</param>
    public MemoryNamespaceWriter(NamespaceSnapshots snapshots, TimeProvider clock, MemoryMetrics metrics, MemoryChanges? changes)
    {
        (_snapshots, _space, _clock, _metrics, _changes) = (snapshots, snapshots.Space, clock, metrics, changes);
        _space.Departed = Tell;
    }

    // Of what a snapshot says that it is gone, a start tells nothing.
    private bool HasToTell => _changes is { HasWaiting: true };

    public string Name => _space.Options.Name;

    public Violation? Check(ReadOnlySpan<float> vector) =>
        vector.IsEmpty || VectorRules.Check(vector, _space.Options) is not { } bad ? null : new Violation(bad.Field, bad.Value, $"must be {bad.Rule}");

    public StoreIdentity? Begin(TopicPartition source) => _snapshots.Begin(source);

    public void Committed(StoreIdentity source) => _snapshots.Committed(source);

    public void Stopping() => _snapshots.Stopping(canWrite: !HasToTell);

    public void Upsert(Runtime.Memory.MemoryEntry entry, MemoryPosition position)
    {
        if (_snapshots.Has(position.Source, position.Offset))
            return;
        var outcome = _space.Upsert(entry.Id, entry.Vector.Span, entry.Attributes, Stamp(entry.EventTimeMs, position), entry.ValidUntilMs == 0 ? null : entry.ValidUntilMs, entry.ValidFromMs);
        _metrics.Upserted(Name, NameOf(outcome));
    }

    public void Delete(string id, long eventTimeMs, MemoryPosition position)
    {
        if (!_snapshots.Has(position.Source, position.Offset))
            _space.Delete(id, Stamp(eventTimeMs, position));
    }

    public void DeleteWhere(IReadOnlyDictionary<string, string> attributes, long eventTimeMs, MemoryPosition position)
    {
        if (!_snapshots.Has(position.Source, position.Offset))
            _space.DeleteWhere(attributes, Stamp(eventTimeMs, position));
    }

    public void Drop(long eventTimeMs, MemoryPosition position)
    {
        if (_snapshots.Has(position.Source, position.Offset))
            return;
        _space.Drop(Stamp(eventTimeMs, position));
        _snapshots.Dropped();
    }

    public void RemoveSource(string source)
    {
        _snapshots.Forget(source);
        _space.RemoveSource(source);
    }

    // Expired entries never show in a search; taking them out here gives their space back.
    public void Publish()
    {
        _snapshots.BeforePublish();
        _space.Expire(_clock.GetUtcNow(), MostExpired);
        _space.Publish();
        _changes?.Send(NowMs());
        if (!HasToTell)
            _snapshots.AfterPublish();
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
