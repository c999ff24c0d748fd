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
        { u => u.ClearOperation(), "operation", "", "must be upsert, delete, delete_where or drop" },
        { u => u.DeleteWhere = Filter(), "id", "i", "must be empty" },
        { u => u.Drop = new MemoryDrop(), "id", "i", "must be empty" },
        { u => (u.Id, u.DeleteWhere) = ("", new MemoryDeleteWhere()), "delete_where.attributes", "0 attributes", "1 to 16" },
        { u => (u.Id, u.DeleteWhere) = ("", Filter([.. Enumerable.Range(0, 17).Select(i => ($"a{i}", "v"))])), "delete_where.attributes", "17 attributes", "1 to 16" },
        { u => (u.Id, u.DeleteWhere) = ("", Filter(("", "v"))), "delete_where.attributes", "", "must be present" },
        { u => (u.Id, u.DeleteWhere) = ("", Filter(("a", new string('v', 257)))), "delete_where.attributes.a", "vvv", "at most 256 bytes" },
        { u => u.Upsert.Vector[1] = float.NaN, "upsert.vector[1]", "NaN", "finite" },
        { u => u.Upsert.Vector[0] = float.PositiveInfinity, "upsert.vector[0]", "Infinity", "finite" },
        { u => u.Upsert.TimeToLiveMs = -1, "upsert.time_to_live_ms", "-1", "or more" },
        { u => u.Upsert.ValidFromMs = -1, "upsert.valid_from_ms", "-1", "or 0 for always" },
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

    [Fact]
    public void A_delete_by_filter_has_a_key_that_its_filter_alone_decides_and_that_no_entry_has()
    {
        MemoryUpdate One(params (string, string)[] wanted) => new() { Namespace = "n", EventTimeMs = ViolationAssert.NowMs, DeleteWhere = Filter(wanted) };
        var update = One(("b", "x/y&z"), ("a", "1"));

        Assert.Equal("n?a=1&b=x%2Fy%26z", MemoryUpdateRules.KeyOf(update));
        Assert.Equal(MemoryUpdateRules.KeyOf(update), MemoryUpdateRules.KeyOf(One(("a", "1"), ("b", "x/y&z"))));
        Assert.NotEqual(MemoryUpdateRules.KeyOf(One(("a", "1&b=2"))), MemoryUpdateRules.KeyOf(One(("a", "1"), ("b", "2"))));
        Assert.Null(Rules.Check(update, "n?a=1&b=x%2Fy%26z", ViolationAssert.Now));
        ViolationAssert.Names(Rules.Check(update, "n/i", ViolationAssert.Now), "delete_where", "n?a=1&b=x%2Fy%26z", "must equal the record key 'n/i'");
    }

    [Fact]
    public void A_drop_has_a_key_of_its_own()
    {
        var drop = new MemoryUpdate { Namespace = "n", EventTimeMs = ViolationAssert.NowMs, Drop = new MemoryDrop() };
        Assert.Null(Rules.Check(drop, "n?", ViolationAssert.Now));
        ViolationAssert.Names(Rules.Check(drop, "n/i", ViolationAssert.Now), "drop", "n?", "must equal the record key 'n/i'");
    }

    private static Violation? Check(Action<MemoryUpdate> change)
    {
        var update = new MemoryUpdate { Namespace = "n", Id = "i", EventTimeMs = ViolationAssert.NowMs, Upsert = new MemoryUpsert { Vector = { 1, 2 } } };
        change(update);
        return Rules.Check(update, MemoryUpdateRules.IsForAll(update) ? null : "n/i", ViolationAssert.Now);
    }

    private static void Fill(MemoryUpdate update, int attributes)
    {
        for (var i = 0; i < attributes; i++)
            update.Upsert.Attributes[$"a{i}"] = "v";
    }

    private static MemoryDeleteWhere Filter(params (string Name, string Value)[] wanted)
    {
        var filter = new MemoryDeleteWhere();
        foreach (var (name, value) in wanted)
            filter.Attributes[name] = value;
        return filter;
    }
}
