using Streaming.Core.Contracts;
using Streaming.Core.Events;
using Streaming.Core.Tests.Validation;
using Streaming.Core.Validation;

namespace Streaming.Core.Tests.Events;

public sealed class UserEventRulesTests
{
    private static readonly UserEventRules Rules = new(["click", "impression"], EventTimeRange.Default);

    public static TheoryData<Action<UserEvent>, string, string, string> Broken => new()
    {
        { e => e.UserId = "", "user_id", "", "must be present, 1 to 256 bytes" },
        { e => e.UserId = new string('u', 257), "user_id", "uuu", "at most 256 bytes" },
        { e => e.UserId = new string('ü', 129), "user_id", "üüü", "at most 256 bytes" },
        { e => e.UserId = "a\u001fb", "user_id", "a\u001fb", "control characters" },
        { e => e.UserId = "someone", "user_id", "someone", "must equal the record key 'u1'" },
        { e => e.EventId = "", "event_id", "", "1 to 128 bytes" },
        { e => e.EventId = new string('e', 129), "event_id", "eee", "at most 128 bytes" },
        { e => e.CreativeId = "", "creative_id", "", "must be present" },
        { e => e.CreativeId = new string('c', 257), "creative_id", "ccc", "at most 256 bytes" },
        { e => e.Action = "", "action", "", "must be one of click, impression" },
        { e => e.Action = "Click", "action", "Click", "must be one of click, impression" },
        { e => e.EventTimeMs = 0, "event_time_ms", "0 (1970-01-01T00:00:00Z)", "from 1990-01-01 on" },
        { e => e.EventTimeMs = EventTimeRange.EarliestMs - 1, "event_time_ms", "631151999999", "from 1990-01-01 on" },
        { e => e.EventTimeMs = long.MinValue, "event_time_ms", "-9223372036854775808", "from 1990-01-01 on" },
        { e => e.EventTimeMs = ViolationAssert.NowMs + 86_400_001, "event_time_ms", "1767312000001 (2026-01-02T00:00:00Z)", "24 h ahead" },
        { e => e.EventTimeMs = long.MaxValue, "event_time_ms", "9223372036854775807", "24 h ahead" },
        { e => e.Scene = new string('s', 65), "scene", "sss", "at most 64 bytes" },
        { e => e.Value = double.NaN, "value", "NaN", "finite" },
        { e => e.Value = double.NegativeInfinity, "value", "-Infinity", "finite" },
        { e => Fill(e, 65), "context", "65 entries", "at most 64 entries" },
        { e => e.Context[""] = "x", "context name", "", "must be present" },
        { e => e.Context[new string('n', 65)] = "x", "context name", "nnn", "at most 64 bytes" },
        { e => e.Context["k"] = new string('v', 1025), "context[k]", "vvv", "at most 1024 bytes" },
    };

    public static TheoryData<Action<UserEvent>> Kept => new()
    {
        e => { },
        e => e.UserId = "u1",
        e => e.EventId = new string('e', 128),
        e => e.CreativeId = new string('c', 256),
        e => e.EventTimeMs = EventTimeRange.EarliestMs,
        e => e.EventTimeMs = ViolationAssert.NowMs + 86_400_000,
        e => e.Scene = new string('s', 64),
        e => e.Value = -1e300,
        e => Fill(e, 64),
        e => e.Context["k"] = new string('v', 1024),
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_names_field_and_value(Action<UserEvent> spoil, string field, string value, string rule) =>
        ViolationAssert.Names(Check(spoil, "u1"), field, value, rule);

    [Theory]
    [MemberData(nameof(Kept))]
    public void An_event_at_the_bounds_is_good(Action<UserEvent> change) => Assert.Null(Check(change, "u1"));

    [Fact]
    public void A_record_without_a_key_has_nothing_to_compare_with() => Assert.Null(Check(_ => { }, null));

    private static Violation? Check(Action<UserEvent> change, string? key)
    {
        var @event = new UserEvent { UserId = "u1", EventId = "e", CreativeId = "c", Action = "click", EventTimeMs = ViolationAssert.NowMs };
        change(@event);
        return Rules.Check(@event, key, ViolationAssert.Now);
    }

    private static void Fill(UserEvent @event, int entries)
    {
        for (var i = 0; i < entries; i++)
            @event.Context[$"k{i}"] = "v";
    }
}
