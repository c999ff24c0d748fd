using Streaming.Core.Contracts;
using Streaming.Core.Events;
using Streaming.Core.Validation;

namespace Streaming.Core.Memory;

/// <summary>What a <see cref="MemoryUpdate"/> must satisfy, apart from its namespace's own dimension and metric. Immutable.</summary>
/// <param name="times">Event times that are believed.</param>
public sealed class MemoryUpdateRules(EventTimeRange times)
{
    private const int MaxAttributes = 64;
    private const int MaxWanted = 16;
    private const int MaxWantedBytes = 256;

    /// <summary>The record key of an entry.</summary>
    public static string KeyOf(string @namespace, string id) => $"{@namespace}/{id}";

    /// <summary>The record key of an update: that of its entry, for a delete by filter one that only deletes by the same filter have, and for a drop one of its own.</summary>
    public static string KeyOf(MemoryUpdate update) =>
        IsForAll(update) ? $"{update.Namespace}?{string.Join('&', Escaped(update.DeleteWhere))}" : KeyOf(update.Namespace, update.Id);

    /// <summary>True for an update that means entries of every partition, and is sent to each: a delete by filter, a drop.</summary>
    public static bool IsForAll(MemoryUpdate update) => update.DeleteWhere is not null || update.Drop is not null;

    /// <summary>The first broken rule, or null.</summary>
    public Violation? Check(MemoryUpdate update, string? key, DateTimeOffset now) =>
        FieldRules.Id("namespace", update.Namespace, 64)
        ?? CheckId(update)
        ?? FieldRules.Key(KeyField(update), KeyOf(update), key)
        ?? times.Check("event_time_ms", update.EventTimeMs, now)
        ?? CheckOperation(update);

    private static string KeyField(MemoryUpdate update) => update.OperationCase switch
    {
        MemoryUpdate.OperationOneofCase.DeleteWhere => "delete_where",
        MemoryUpdate.OperationOneofCase.Drop => "drop",
        _ => "namespace/id",
    };

    private static Violation? CheckOperation(MemoryUpdate update)
    {
        if (update.OperationCase == MemoryUpdate.OperationOneofCase.None)
            return new("operation", "", "must be upsert, delete, delete_where or drop");
        if (update.DeleteWhere is { } filter)
            return CheckFilter(filter);
        if (update.Upsert is not { } upsert)
            return null;
        for (var i = 0; i < upsert.Vector.Count; i++)
        {
            if (!float.IsFinite(upsert.Vector[i]))
                return new($"upsert.vector[{i}]", upsert.Vector[i], "must be a finite number");
        }
        if (upsert.TimeToLiveMs < 0)
            return new("upsert.time_to_live_ms", upsert.TimeToLiveMs, "must be 0 (the namespace's default) or more");
        if (upsert.ValidFromMs < 0)
            return new("upsert.valid_from_ms", upsert.ValidFromMs, "must be Unix milliseconds, or 0 for always");
        return upsert.Attributes.Count > MaxAttributes
            ? new("upsert.attributes", $"{upsert.Attributes.Count} attributes", $"must have at most {MaxAttributes} attributes")
            : null;
    }

    private static Violation? CheckId(MemoryUpdate update)
    {
        if (!IsForAll(update))
            return FieldRules.Id("id", update.Id);
        return update.Id.Length == 0 ? null : new("id", update.Id, "must be empty where delete_where or drop says what is deleted");
    }

    private static Violation? CheckFilter(MemoryDeleteWhere filter)
    {
        if (filter.Attributes.Count is 0 or > MaxWanted)
            return new("delete_where.attributes", $"{filter.Attributes.Count} attributes", $"must have 1 to {MaxWanted} attributes");
        foreach (var (name, value) in filter.Attributes)
        {
            var violation = FieldRules.Id("delete_where.attributes", name, MaxWantedBytes) ?? FieldRules.Length($"delete_where.attributes.{name}", value, MaxWantedBytes);
            if (violation is not null)
                return violation;
        }
        return null;
    }

    private static IEnumerable<string> Escaped(MemoryDeleteWhere? filter) =>
        filter is null ? [] : filter.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
}
