using Streaming.Core.Validation;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Metrics;

namespace Streaming.Server.Composition.Adapters;

/// <summary>A vector namespace as the runtime writes it.</summary>
internal sealed class MemoryNamespaceWriter(VectorNamespace space, TimeProvider clock, MemoryMetrics metrics) : IMemoryNamespace
{
    // A publish stays short however many entries expire at once; no search returns those that wait for the next one.
    private const int MostExpired = 4_096;

    public string Name => space.Options.Name;

    public Violation? Check(ReadOnlySpan<float> vector) =>
        vector.IsEmpty || VectorRules.Check(vector, space.Options) is not { } bad ? null : new Violation(bad.Field, bad.Value, $"must be {bad.Rule}");

    public void Upsert(Runtime.Memory.MemoryEntry entry, MemoryPosition position)
    {
        var outcome = space.Upsert(entry.Id, entry.Vector.Span, entry.Attributes, Stamp(entry.EventTimeMs, position), entry.ValidUntilMs == 0 ? null : entry.ValidUntilMs);
        metrics.Upserted(Name, NameOf(outcome));
    }

    public void Delete(string id, long eventTimeMs, MemoryPosition position) => space.Delete(id, Stamp(eventTimeMs, position));

    public void DeleteWhere(IReadOnlyDictionary<string, string> attributes, long eventTimeMs, MemoryPosition position) =>
        space.DeleteWhere(attributes, Stamp(eventTimeMs, position));

    public void RemoveSource(string source) => space.RemoveSource(source);

    // Expired entries never show in a search; taking them out here gives their space back.
    public void Publish()
    {
        metrics.Expired(Name, space.Expire(clock.GetUtcNow(), MostExpired));
        space.Publish();
    }

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
