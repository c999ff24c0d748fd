using Streaming.Memory.Rules;
using Streaming.Memory.Tests.Snapshots;

namespace Streaming.Memory.Tests.Upkeep;

public sealed class OldestEventTests
{
    // Rows of several pages, and of several blocks within one.
    private const int Entries = 20_000;
    private readonly ManualTime _time = new(1);

    [Fact]
    public void The_oldest_entry_is_known_whatever_its_row()
    {
        var memory = Make();
        Assert.Null(memory.OldestEventMs());
        memory.Upsert("fact", [], null, new(7, "s", 1));
        memory.Upsert("vector", [1, 0], null, new(5, "s", 2));
        Assert.Equal(5, memory.OldestEventMs());
        memory.Publish();

        memory.Delete("vector", new(8, "s", 3));
        Assert.Equal(7, Settled(memory));
        memory.Delete("fact", new(8, "s", 4));
        Assert.Null(Settled(memory));
    }

    [Fact]
    public void The_bound_is_never_late_and_is_exact_once_upkeep_is_done()
    {
        var memory = Make();
        Random random = new(17);
        SortedSet<(long Time, int Id)> live = [];
        Dictionary<int, long> times = [];
        for (int i = 0; i < 6 * Entries; i++)
        {
            int id = random.Next(Entries);
            long time = i + 1_000;
            if (times.Remove(id, out long before))
                live.Remove((before, id));
            if (i % 3 == 0)
            {
                memory.Delete($"{id}", new(time, "s", i));
            }
            else
            {
                memory.Upsert($"{id}", [id, 1], null, new(time, "s", i));
                live.Add((time, id));
                times.Add(id, time);
            }
            if (i % 1_000 == 0)
                memory.Publish();
            if (i % 10_000 == 0 && live.Count > 0)
            {
                Assert.InRange(memory.OldestEventMs()!.Value, 0, live.Min.Time);
                Assert.Equal(live.Min.Time, Settled(memory));
            }
        }
    }

    [Fact]
    public void It_is_known_of_a_restored_namespace()
    {
        var memory = Make();
        memory.Upsert("a", [1, 0], null, new(7, "s", 1));
        memory.Upsert("b", [1, 0], null, new(9, "s", 2));
        memory.Publish();
        using SnapshotFile file = new(memory.Capture("o", []));

        Assert.Equal(7, VectorNamespace.Restore(memory.Options, _time, file.Path).Namespace.OldestEventMs());
    }

    private static long? Settled(VectorNamespace memory)
    {
        memory.OldestEventMs();
        memory.Publish();
        while (memory.HasUpkeep())
            memory.Publish();
        return memory.OldestEventMs();
    }

    private VectorNamespace Make() =>
        new(new() { Name = "n", Dimension = 2, Metric = Metric.Dot, ChunkEntries = 32, PageRows = 8_192, TrainAt = 1_000_000 }, _time);
}
