using FsCheck;
using FsCheck.Fluent;
using Streaming.Memory.Rules;
using Streaming.Memory.Tests.Model;
using Streaming.Memory.Tests.Snapshots;

namespace Streaming.Memory.Tests.Writes;

public sealed class DropTests
{
    private const int Entries = 300;
    private static readonly Dictionary<string, string> Games = new() { ["category"] = "games" };
    private static readonly NamespaceOptions Options = new() { Name = "n", Dimension = 2, Metric = Metric.Dot, MaxFilterDeletes = 1, ChunkEntries = 32, PageRows = 8 };
    private readonly ManualTime _time = new(1_000);

    [Fact]
    public void Older_entries_leave_in_one_version_facts_and_those_without_attributes_too()
    {
        var memory = Fill();
        List<Departure> told = [];
        memory.Departed = told.Add;
        using var before = memory.Snapshot();

        // The one of the drop's own time has a higher offset.
        Assert.Equal(Entries - 1, memory.Drop(new(Entries - 1, "s", Entries - 2)));
        memory.Publish();

        Assert.Equal(1, memory.LiveEntries);
        Assert.True(memory.Snapshot().TryGet($"id-{Entries - 1}", out _));
        Assert.Equal(Entries, Enumerable.Range(0, Entries).Count(i => before.TryGet($"id-{i}", out _)));
        Assert.Equal(Entries - 1, told.Count);
        Assert.All(told, d => Assert.Equal((DepartureReason.Deleted, before.Version + 1), (d.Reason, d.Version)));
    }

    [Fact]
    public void Nothing_is_kept_of_what_was_dropped_when_no_version_shows_it()
    {
        var memory = Fill();
        for (int i = 0; i < Entries / 3; i++)
            memory.Delete($"id-{i}", new(2 * Entries, "s", Entries + i));
        memory.Publish();
        Assert.Equal(Entries / 3, memory.Tombstones);
        long before = memory.SizeBytes;

        Assert.Equal(Entries - (Entries / 3), memory.Drop(new(3 * Entries, "s", 3 * Entries)));
        memory.Publish();
        memory.Compact();
        do
            memory.Publish();
        while (memory.HasUpkeep());

        Assert.Equal((0, 0, 0), (memory.LiveEntries, memory.StoredRows, memory.Tombstones));
        Assert.InRange(memory.SizeBytes, 0, before / 2);
    }

    [Fact]
    public void An_older_write_that_arrives_after_the_drop_does_not_come_back_and_a_newer_one_does()
    {
        var memory = new VectorNamespace(Options, _time);
        Assert.Equal(0, memory.Drop(new(10, "other", 1)));
        Assert.Equal(0, memory.Drop(new(10, "other", 1)));

        Assert.Equal(UpsertOutcome.Deleted, memory.Upsert("a", [1, 0], null, new(9, "s", 1)));
        Assert.Equal(DeleteOutcome.Stale, memory.Delete("a", new(9, "s", 2)));
        Assert.Equal(UpsertOutcome.Inserted, memory.Upsert("a", [1, 0], null, new(11, "s", 3)));
        Assert.Equal(UpsertOutcome.Stale, memory.Upsert("a", [1, 0], null, new(8, "s", 4)));
        // Other filters do not push it out.
        memory.DeleteWhere(Games, new(20, "s", 5));
        memory.DeleteWhere(new Dictionary<string, string> { ["category"] = "books" }, new(21, "s", 6));
        Assert.Equal(UpsertOutcome.Deleted, memory.Upsert("b", [1, 0], null, new(9, "s", 7)));
        memory.Publish();
        Assert.Equal((1, 0), (memory.LiveEntries, memory.Tombstones));
    }

    [Fact]
    public void A_drop_is_forgotten_when_every_source_that_told_it_is()
    {
        var memory = new VectorNamespace(Options, _time);
        memory.Drop(new(10, "t-0", 1));
        memory.Drop(new(10, "t-1", 1));
        memory.RemoveSource("t-0");
        Assert.Equal(UpsertOutcome.Deleted, memory.Upsert("a", [1, 0], null, new(9, "t-1", 0)));
        memory.RemoveSource("t-1");
        Assert.Equal(UpsertOutcome.Inserted, memory.Upsert("a", [1, 0], null, new(9, "t-1", 0)));
    }

    [Fact]
    public void A_snapshot_remembers_a_drop()
    {
        var memory = Fill();
        memory.Drop(new(2 * Entries, "t", 1));
        memory.Publish();
        using var captured = memory.Capture("cluster", []);
        using var file = new SnapshotFile(captured);

        var (restored, _) = VectorNamespace.Restore(Options, _time, file.Path);
        Assert.Equal(UpsertOutcome.Deleted, restored.Upsert("id-0", [1, 0], null, new(Entries, "s", 0)));
        Assert.Equal(UpsertOutcome.Inserted, restored.Upsert("id-0", [1, 0], null, new(2 * Entries + 1, "s", 9)));
        restored.Publish();
        Assert.Equal(1, restored.LiveEntries);
    }

    /// <summary>In whatever order writes and drops arrive.</summary>
    [Fact]
    public void What_is_older_than_a_drop_is_as_if_it_had_never_been_written() =>
        Prop.ForAll(Operations.Writes, Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), (operations, seed) =>
        {
            Random random = new(seed);
            WriteStamp[] drops = [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new WriteStamp(random.Next(0, 13), $"t-{i % 2}", 1_000 + i))];
            Action<VectorNamespace>[] all = [.. operations.Select(Write), .. drops.Select(drop => (Action<VectorNamespace>)(memory => memory.Drop(drop)))];
            Action<VectorNamespace>[] shuffled = [.. all];
            random.Shuffle(shuffled);

            var expected = After(operations.Where(o => StampOf(o) > drops.Max()).Select(Write));
            Assert.Equal(expected, After(all));
            Assert.Equal(expected, After(shuffled));
            Assert.Equal(expected, After([.. shuffled, .. all]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static WriteStamp StampOf(Operation operation) => operation switch
    {
        Operation.Upsert upsert => upsert.Stamp,
        Operation.Delete delete => delete.Stamp,
        _ => ((Operation.DeleteWhere)operation).Stamp,
    };

    private static Action<VectorNamespace> Write(Operation operation) => memory =>
    {
        switch (operation)
        {
            case Operation.Upsert write:
                memory.Upsert(write.Id, write.Vector, write.Vector.Length == 0 ? null : new Dictionary<string, string> { ["color"] = write.Color }, write.Stamp, write.ValidUntilMs);
                break;
            case Operation.Delete delete:
                memory.Delete(delete.Id, delete.Stamp);
                break;
            case Operation.DeleteWhere delete:
                memory.DeleteWhere(new Dictionary<string, string> { ["color"] = delete.Color }, delete.Stamp);
                break;
        }
    };

    private static List<(string, WriteStamp)> After(IEnumerable<Action<VectorNamespace>> writes)
    {
        VectorNamespace memory = new(new() { Name = "n", Dimension = 3 }, new ManualTime(1));
        foreach (var write in writes)
            write(memory);
        memory.Publish();
        using var now = memory.Snapshot();
        return [.. new[] { "a", "b", "c", "d", "e", "f" }.Where(id => now.TryGet(id, out _)).Select(id => now.TryGet(id, out var entry) ? (id, entry.Stamp) : default)];
    }

    // Every third is a fact, every third has no attributes.
    private VectorNamespace Fill()
    {
        VectorNamespace memory = new(Options, _time);
        for (int i = 0; i < Entries; i++)
            memory.Upsert($"id-{i}", i % 3 == 0 ? [] : [1, i], i % 3 == 1 ? null : Games, new(i, "s", i));
        memory.Publish();
        return memory;
    }
}
