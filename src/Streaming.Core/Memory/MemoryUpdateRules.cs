using Streaming.Core.Contracts;
using Streaming.Core.Events;
using Streaming.Core.Validation;

namespace Streaming.Core.Memory;

/// <summary>What a <see cref="MemoryUpdate"/> must satisfy, apart from its namespace's own dimension and metric. Immutable.</summary>
/// <param name="times">Event times that are believed.</param>
public sealed class MemoryUpdateRules(EventTimeRange times)
{
    private const int MaxAttributes = 64;

    /// <summary>The record key of an entry.</summary>
    public static string KeyOf(string @namespace, string id) => $"{@namespace}/{id}";

    /// <summary>The first broken rule, or null.</summary>
    public Violation? Check(MemoryUpdate update, string? key, DateTimeOffset now) =>
        FieldRules.Id("namespace", update.Namespace, 64)
        ?? FieldRules.Id("id", update.Id)
        ?? FieldRules.Key("namespace/id", KeyOf(update.Namespace, update.Id), key)
        ?? times.Check("event_time_ms", update.EventTimeMs, now)
        ?? CheckOperation(update);

    private static Violation? CheckOperation(MemoryUpdate update)
    {
        if (update.OperationCase == MemoryUpdate.OperationOneofCase.None)
            return new("operation", "", "must be upsert or delete");
        if (update.Upsert is not { } upsert)
            return null;
        for (var i = 0; i < upsert.Vector.Count; i++)
        {
            if (!float.IsFinite(upsert.Vector[i]))
                return new($"upsert.vector[{i}]", upsert.Vector[i], "must be a finite number");
        }
        if (upsert.TimeToLiveMs < 0)
            return new("upsert.time_to_live_ms", upsert.TimeToLiveMs, "must be 0 (the namespace's default) or more");
        return upsert.Attributes.Count > MaxAttributes
            ? new("upsert.attributes", $"{upsert.Attributes.Count} attributes", $"must have at most {MaxAttributes} attributes")
            : null;
    }
}
