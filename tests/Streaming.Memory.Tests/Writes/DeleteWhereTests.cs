using FsCheck;
using FsCheck.Fluent;
using Streaming.Memory.Rules;
using Streaming.Memory.Tests.Model;

namespace Streaming.Memory.Tests.Writes;

public sealed class DeleteWhereTests
{
    private static readonly Dictionary<string, string> Games = new() { ["category"] = "games" };
    private static readonly string[] Ids = ["a", "b", "c", "d", "e", "f"];
    private readonly ManualTime _time = new(1_000);

    [Fact]
    public void Entries_that_match_and_are_older_leave_in_one_version_and_the_others_stay()
    {
        var memory = Make();
        for (int i = 0; i < 300; i++)
            Upsert(memory, $"id-{i}", i, i % 3 == 0 ? "games" : "books", vector: i % 2 == 0);
        memory.Publish();
        using var before = memory.Snapshot();
        Assert.Equal(100, before.CountWhere(Games));

        // Of the hundred, those with an event time up to 149 are older than the delete: the one of 150 has a higher offset.
        Assert.Equal(50, memory.DeleteWhere(Games, new(150, "s", 149)));
        Assert.Equal(100, Count(memory));
        memory.Publish();

        Assert.Equal(50, Count(memory));
        Assert.Equal(100, before.CountWhere(Games));
        Assert.Equal(250, memory.LiveEntries);
        Assert.False(memory.Snapshot().TryGet("id-147", out _));
        Assert.True(memory.Snapshot().TryGet("id-150", out _));
    }

    [Fact]
    public void Every_wanted_attribute_must_match_and_a_value_may_be_a_beginning()
    {
        var memory = Make();
        memory.Upsert("a", [1, 0], new Dictionary<string, string> { ["semantic_id"] = "4-5-0", ["category"] = "games" }, new(1, "s", 1));
        memory.Upsert("b", [1, 0], new Dictionary<string, string> { ["semantic_id"] = "4-6-0", ["category"] = "books" }, new(1, "s", 2));
        memory.Upsert("c", [1, 0], null, new(1, "s", 3));

        Assert.Equal(1, memory.DeleteWhere(new Dictionary<string, string> { ["semantic_id"] = "4-*", ["category"] = "games" }, new(2, "s", 4)));
        memory.Publish();

        Assert.Equal(["b", "c"], memory.Snapshot().Search([1, 0], 5).Neighbours.Select(n => n.Id));
    }

    [Fact]
    public void An_older_write_that_arrives_after_the_delete_does_not_come_back_and_a_newer_one_does()
    {
        var memory = Make();
        Assert.Equal(0, memory.DeleteWhere(Games, new(10, "other", 1)));

        Assert.Equal(UpsertOutcome.Deleted, Upsert(memory, "a", 9, "games"));
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "b", 9, "books"));
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "c", 11, "games"));
        Assert.Equal(UpsertOutcome.Duplicate, Upsert(memory, "a", 9, "games"));
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "a", 12, "games"));
    }

    [Fact]
    public void An_older_write_that_the_delete_covers_takes_the_still_older_entry_of_its_id_along()
    {
        var memory = Make();
        memory.DeleteWhere(Games, new(10, "other", 1));
        Upsert(memory, "a", 3, "books");

        Assert.Equal(UpsertOutcome.Deleted, Upsert(memory, "a", 5, "games"));
        memory.Publish();

        Assert.False(memory.Snapshot().TryGet("a", out _));
        Assert.Equal(UpsertOutcome.Stale, Upsert(memory, "a", 4, "books"));
    }

    [Fact]
    public void A_delete_is_forgotten_with_its_source_and_beyond_the_bound()
    {
        var memory = Make(maxFilterDeletes: 1);
        memory.DeleteWhere(Games, new(10, "t-0", 1));
        memory.RemoveSource("t-0");
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "a", 9, "games"));

        memory.DeleteWhere(Games, new(10, "t-1", 1));
        memory.DeleteWhere(new Dictionary<string, string> { ["category"] = "books" }, new(11, "t-1", 2));
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "b", 9, "games"));
        Assert.Equal(UpsertOutcome.Deleted, Upsert(memory, "c", 9, "books"));
    }

    [Fact]
    public void A_filter_without_an_attribute_is_refused()
    {
        var memory = Make();
        Assert.Throws<ArgumentException>(() => memory.DeleteWhere(new Dictionary<string, string>(), new(1, "s", 1)));
        Assert.Throws<ArgumentException>(() => memory.Snapshot().CountWhere(new Dictionary<string, string>()));
    }

    [Fact]
    public void Writes_give_the_same_entries_in_whatever_order_they_arrive() => CheckOrder(DeleteWhere);

    /// <summary>The planted fault: entries that match are looked up and deleted one by one, and nothing is remembered of the filter.</summary>
    [Fact]
    public void A_planted_delete_of_the_ids_found_is_caught() =>
        Assert.Contains("Falsifiable", Assert.ThrowsAny<Exception>(() => CheckOrder(DeleteFound)).Message, StringComparison.Ordinal);

    private static void CheckOrder(Action<VectorNamespace, Operation.DeleteWhere> deleteWhere) =>
        Prop.ForAll(Operations.Writes, Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), (operations, seed) =>
        {
            var shuffled = operations.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(After(operations, deleteWhere), After(shuffled, deleteWhere));
            Assert.Equal(After(operations, deleteWhere), After([.. operations, .. shuffled], deleteWhere));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static List<(string, WriteStamp)> After(Operation[] operations, Action<VectorNamespace, Operation.DeleteWhere> deleteWhere)
    {
        VectorNamespace memory = new(new() { Name = "n", Dimension = 3 }, new ManualTime(1));
        foreach (Operation operation in operations)
        {
            switch (operation)
            {
                case Operation.Upsert write:
                    memory.Upsert(write.Id, write.Vector, new Dictionary<string, string> { ["color"] = write.Color }, write.Stamp, write.ValidUntilMs);
                    break;
                case Operation.Delete delete:
                    memory.Delete(delete.Id, delete.Stamp);
                    break;
                case Operation.DeleteWhere delete:
                    deleteWhere(memory, delete);
                    break;
            }
        }
        return [.. Entries(memory).Select(entry => (entry.Id, entry.Stamp))];
    }

    private static void DeleteWhere(VectorNamespace memory, Operation.DeleteWhere delete) =>
        memory.DeleteWhere(new Dictionary<string, string> { ["color"] = delete.Color }, delete.Stamp);

    private static void DeleteFound(VectorNamespace memory, Operation.DeleteWhere delete)
    {
        foreach (MemoryEntry entry in Entries(memory).Where(entry => entry.Attributes["color"] == delete.Color && entry.Stamp < delete.Stamp))
            memory.Delete(entry.Id, delete.Stamp);
    }

    private static List<MemoryEntry> Entries(VectorNamespace memory)
    {
        memory.Publish();
        using var now = memory.Snapshot();
        return [.. Ids.Select(id => now.TryGet(id, out var entry) ? entry : null).OfType<MemoryEntry>()];
    }

    private static int Count(VectorNamespace memory)
    {
        using var now = memory.Snapshot();
        return now.CountWhere(Games);
    }

    private static UpsertOutcome Upsert(VectorNamespace memory, string id, long eventTimeMs, string category, bool vector = true) =>
        memory.Upsert(id, vector ? [1, 0] : [], new Dictionary<string, string> { ["category"] = category }, new(eventTimeMs, "s", eventTimeMs));

    private VectorNamespace Make(int maxFilterDeletes = 10) =>
        new(new() { Name = "n", Dimension = 2, Metric = Metric.Dot, MaxFilterDeletes = maxFilterDeletes, ChunkEntries = 32, PageRows = 8 }, _time);
}
