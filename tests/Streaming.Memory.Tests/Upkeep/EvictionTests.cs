using Streaming.Memory.Rules;

namespace Streaming.Memory.Tests.Upkeep;

public sealed class EvictionTests
{
    private const int Entries = 20_000;
    private readonly ManualTime _time = new(100_000);

    [Fact]
    public void What_a_search_found_or_a_look_up_showed_outlives_what_nobody_asked_for()
    {
        var memory = Make(EvictionOrder.LeastRecentlyUsed, maxEntries: 3);
        memory.Upsert("searched", [1, 0], null, new(1, "s", 1));
        memory.Upsert("looked-up", [-1, 0], null, new(2, "s", 2));
        memory.Upsert("newer", [-2, 0], null, new(3, "s", 3));
        memory.Publish();
        Assert.Equal("searched", Assert.Single(memory.Search([1, 0], 1).Neighbours).Id);
        using (var now = memory.Snapshot())
            Assert.True(now.TryGet("looked-up", out _));

        memory.Upsert("newest", [-3, 0], null, new(100_000, "s", 4));
        memory.Publish();

        Assert.Equal(["looked-up", "newest", "searched"], memory.Search([1, 0], 5).Neighbours.Select(n => n.Id).Order());
    }

    [Fact]
    public void A_replaced_entry_keeps_the_use_of_its_id_and_a_row_that_is_used_again_begins_anew()
    {
        var memory = Make(EvictionOrder.LeastRecentlyUsed, maxEntries: 2);
        memory.Upsert("a", [1, 0], null, new(1, "s", 1));
        memory.Upsert("b", [-1, 0], null, new(2, "s", 2));
        memory.Publish();
        memory.Search([1, 0], 1);
        memory.Upsert("a", [1, 1], null, new(3, "s", 3));
        memory.Upsert("c", [-2, 0], null, new(4, "s", 4));
        memory.Publish();
        Assert.Equal(["a", "c"], memory.Search([-1, -1], 5).Neighbours.Select(n => n.Id).Order());

        // All rows of before are given back; whatever takes them was never used.
        memory.Delete("a", new(200_000, "s", 5));
        memory.Delete("c", new(200_000, "s", 6));
        for (int i = 0; i < 10; i++)
            memory.Publish();
        Assert.Equal(0, memory.StoredRows);
        memory.Upsert("old", [1, 0], null, new(10, "s", 7));
        memory.Upsert("new", [1, 0], null, new(20, "s", 8));
        Assert.Equal(UpsertOutcome.Inserted, memory.Upsert("newest", [1, 0], null, new(30, "s", 9)));
        memory.Publish();

        Assert.Equal(["new", "newest"], memory.Search([1, 0], 5).Neighbours.Select(n => n.Id).Order());
    }

    [Theory]
    [InlineData(EvictionOrder.Oldest)]
    [InlineData(EvictionOrder.LeastRecentlyUsed)]
    public void Of_many_entries_those_leave_that_the_order_says(EvictionOrder order)
    {
        var memory = Make(order, Entries);
        List<(string Id, long Time)> expected = [];
        for (int i = 0; i < Entries; i++)
            memory.Upsert($"id-{i}", [i, 1], null, new(i, "s", i));
        memory.Publish();
        for (int i = 0; i < Entries; i++)
        {
            // Every third is looked up, later the smaller its number.
            bool used = i % 3 == 0;
            _time.NowMs = 100_000_000 - i * 1_000L;
            if (used)
            {
                using var now = memory.Snapshot();
                Assert.True(now.TryGet($"id-{i}", out _));
            }
            expected.Add(($"id-{i}", used && order == EvictionOrder.LeastRecentlyUsed ? _time.NowMs : i));
        }
        List<string> left = [];
        Tell(memory, left);

        for (int i = 0; i < Entries / 2; i++)
        {
            memory.Upsert($"new-{i}", [1, i], null, new(1_000_000_000 + i, "s", Entries + i));
            if (i % 100 == 0)
                memory.Publish();
        }

        Assert.Equal(expected.OrderBy(e => e.Time).Take(Entries / 2).Select(e => e.Id), left);
    }

    private static void Tell(VectorNamespace memory, List<string> left) => memory.Departed = departure =>
    {
        Assert.Equal(DepartureReason.Evicted, departure.Reason);
        left.Add(departure.Id);
    };

    private VectorNamespace Make(EvictionOrder order, int maxEntries) => new(
        new() { Name = "n", Dimension = 2, Metric = Metric.Dot, MaxEntries = maxEntries, Eviction = order, ChunkEntries = 32, PageRows = 1_024, TrainAt = 1_000_000 }, _time);
}
