using System.Collections.Frozen;
using Streaming.Core.Contracts;
using Streaming.Core.Validation;

namespace Streaming.Core.Events;

/// <summary>What a <see cref="UserEvent"/> must satisfy to be applied. Immutable; safe for any thread.</summary>
/// <param name="actions">The topology's action vocabulary.</param>
/// <param name="times">Event times that are believed.</param>
public sealed class UserEventRules(IEnumerable<string> actions, EventTimeRange times)
{
    private const int MaxContextEntries = 64;
    private readonly FrozenSet<string> _actions = actions.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The first broken rule, or null.</summary>
    /// <param name="event">The event.</param>
    /// <param name="key">The record's key, or null when there is none to compare with.</param>
    /// <param name="now">The processing clock.</param>
    public Violation? Check(UserEvent @event, string? key, DateTimeOffset now) =>
        FieldRules.Id("user_id", @event.UserId)
        ?? FieldRules.Key("user_id", @event.UserId, key)
        ?? FieldRules.Id("event_id", @event.EventId, 128)
        ?? FieldRules.Id("creative_id", @event.CreativeId)
        ?? CheckAction(@event.Action)
        ?? times.Check("event_time_ms", @event.EventTimeMs, now)
        ?? FieldRules.Length("scene", @event.Scene, 64)
        ?? FieldRules.Finite("value", @event.Value)
        ?? CheckContext(@event);

    private Violation? CheckAction(string action) =>
        _actions.Contains(action) ? null : new("action", action, $"must be one of {string.Join(", ", _actions.Order(StringComparer.Ordinal))}");

    private static Violation? CheckContext(UserEvent @event)
    {
        if (@event.Context.Count > MaxContextEntries)
            return new("context", $"{@event.Context.Count} entries", $"must have at most {MaxContextEntries} entries");
        foreach (var (name, value) in @event.Context)
        {
            if ((FieldRules.Id("context name", name, 64) ?? FieldRules.Length($"context[{name}]", value, 1024)) is { } violation)
                return violation;
        }
        return null;
    }
}
