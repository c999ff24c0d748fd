using Streaming.Core.Contracts;
using Streaming.Core.Events;
using Streaming.Core.Memory;
using Streaming.Core.Tests.Validation;
using Streaming.Core.Validation;

namespace Streaming.Core.Tests.Memory;

public sealed class MemoryUpdateRulesTests
{
    private static readonly MemoryUpdateRules Rules = new(EventTimeRange.Default);

    public static TheoryData<Action<MemoryUpdate>, string, string, string> Broken => new()
    {
        { u => u.Namespace = "", "namespace", "", "must be present" },
        { u => u.Namespace = new string('n', 65), "namespace", "nnn", "at most 64 bytes" },
        { u => u.Id = "", "id", "", "must be present" },
        { u => u.Id = new string('i', 257), "id", "iii", "at most 256 bytes" },
        { u => u.Id = "other", "namespace/id", "n/other", "must equal the record key 'n/i'" },
        { u => u.EventTimeMs = 5, "event_time_ms", "5 (1970", "from 1990-01-01 on" },
        { u => u.ClearOperation(), "operation", "", "must be upsert or delete" },
        { u => u.Upsert.Vector[1] = float.NaN, "upsert.vector[1]", "NaN", "finite" },
        { u => u.Upsert.Vector[0] = float.PositiveInfinity, "upsert.vector[0]", "Infinity", "finite" },
        { u => u.Upsert.TimeToLiveMs = -1, "upsert.time_to_live_ms", "-1", "or more" },
        { u => Fill(u, 65), "upsert.attributes", "65 attributes", "at most 64 attributes" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_names_field_and_value(Action<MemoryUpdate> spoil, string field, string value, string rule) =>
        ViolationAssert.Names(Check(spoil), field, value, rule);

    [Fact]
    public void Upserts_facts_without_a_vector_and_deletes_are_good()
    {
        Assert.Null(Check(u => Fill(u, 64)));
        Assert.Null(Check(u => u.Upsert.Vector.Clear()));
        Assert.Null(Check(u => u.Delete = new MemoryDelete()));
    }

    private static Violation? Check(Action<MemoryUpdate> change)
    {
        var update = new MemoryUpdate { Namespace = "n", Id = "i", EventTimeMs = ViolationAssert.NowMs, Upsert = new MemoryUpsert { Vector = { 1, 2 } } };
        change(update);
        return Rules.Check(update, "n/i", ViolationAssert.Now);
    }

    private static void Fill(MemoryUpdate update, int attributes)
    {
        for (var i = 0; i < attributes; i++)
            update.Upsert.Attributes[$"a{i}"] = "v";
    }
}
