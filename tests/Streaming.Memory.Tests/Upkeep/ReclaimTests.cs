using Streaming.Memory.Rules;
using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Tests.Upkeep;

public sealed class ReclaimTests
{
    private const int ChunkEntries = 32;
    private const int Entries = 100 * ChunkEntries;
    private readonly ManualTime _time = new(1);

    [Fact]
    public void Expiring_everything_brings_the_space_back()
    {
        var memory = Make();
        memory.Publish();
        long empty = memory.SizeBytes;
        for (int i = 0; i < Entries; i++)
            memory.Upsert($"id-{i}", [i % 2_000, 1], null, new(1, "s", i), validUntilMs: 100);
        memory.Publish();
        Assert.Equal(Entries, memory.StoredRows);
        long full = memory.SizeBytes;

        _time.NowMs = 100;
        Assert.Equal(Entries, memory.Expire(_time.GetUtcNow()));
        PublishUntilQuiet(memory);

        Assert.Equal(0, memory.StoredRows);
        Assert.True(full - empty > Entries * 2 * sizeof(ushort));
        Assert.InRange(memory.SizeBytes, empty, full / 2);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void What_one_write_removed_is_reclaimed_by_many_publishes(bool byFilter, bool vectors)
    {
        const int AtOnce = 3 * UpkeepPace.Least + ChunkEntries, Many = 3 * AtOnce;
        VectorNamespace memory = new(new() { Name = "n", Dimension = 2, Metric = Metric.Dot, ChunkEntries = ChunkEntries, PageRows = 64, TrainAt = 1_000_000 }, _time);
        Dictionary<string, string> red = new() { ["color"] = "red" };
        for (int i = 0; i < Many; i++)
            memory.Upsert($"id-{i}", vectors ? [i % 2_000, 1] : [], red, new(1, "s", i));
        memory.Publish();

        Assert.Equal(Many, byFilter ? memory.DeleteWhere(red, new(2, "s", 1)) : memory.RemoveSource("s"));
        memory.Publish();

        Assert.Equal(0, memory.LiveEntries);
        Assert.InRange(memory.StoredRows, Many - AtOnce, Many - 1);
        PublishUntilQuiet(memory);
        Assert.Equal(0, memory.StoredRows);
    }

    [Fact]
    public void The_space_of_what_a_snapshot_shows_stays_until_it_is_disposed()
    {
        var memory = Make();
        for (int i = 0; i < Entries; i++)
            memory.Upsert($"id-{i}", [i % 2_000, 1], null, new(1, "s", i));
        memory.Publish();
        var old = memory.Snapshot();

        for (int i = 0; i < Entries; i++)
            memory.Delete($"id-{i}", new(2, "s", Entries + i));
        PublishUntilQuiet(memory);

        Assert.Equal(Entries, memory.StoredRows);
        Assert.Equal(Entries, old.Search([1, 0], int.MaxValue).Neighbours.Count);
        Assert.True(old.TryGet("id-7", out _));

        old.Dispose();
        PublishUntilQuiet(memory);

        Assert.Equal(0, memory.StoredRows);
        Assert.Throws<ObjectDisposedException>(() => old.Search([1, 0], 1));
    }

    [Fact]
    public void Compacting_brings_back_the_space_of_rows_too_few_to_be_reclaimed_otherwise()
    {
        var memory = Make();
        for (int i = 0; i < Entries; i++)
            memory.Upsert($"id-{i}", [i % 2_000, 1], null, new(1, "s", i));
        memory.Publish();
        for (int i = 0; i < Entries; i += 32)
            memory.Delete($"id-{i}", new(2, "s", Entries + i));
        PublishUntilQuiet(memory);
        Assert.Equal((Entries, Entries * 31 / 32, false), (memory.StoredRows, memory.LiveEntries, memory.HasUpkeep()));

        long version = memory.Version;
        memory.Compact();
        Assert.True(memory.HasUpkeep());
        while (memory.HasUpkeep())
            memory.Publish();

        Assert.Equal((memory.LiveEntries, version), (memory.StoredRows, memory.Version));
        using var now = memory.Snapshot();
        Assert.Equal(Entries * 31 / 32, now.Search([1, 0], int.MaxValue).Neighbours.Count);
        memory.Compact();
        Assert.False(memory.HasUpkeep());
    }

    [Fact]
    public void What_chunks_keep_of_few_ended_rows_comes_back_when_nothing_is_written()
    {
        var memory = Make();
        for (int i = 0; i < Entries; i++)
            memory.Upsert($"id-{i}", [i % 2_000, 1], null, new(1, "s", i));
        memory.Publish();
        for (int i = 0; i < Entries; i += 10)
            memory.Delete($"id-{i}", new(2, "s", Entries + i));
        memory.Publish();
        Assert.Equal(Entries, memory.StoredRows); // No chunk lost a quarter.

        for (int i = 0; i < 100 && memory.StoredRows > memory.LiveEntries; i++)
            memory.Publish();

        Assert.Equal(Entries * 9 / 10, memory.StoredRows);
        using var now = memory.Snapshot();
        Assert.Equal(Entries * 9 / 10, now.Search([1, 0], int.MaxValue).Neighbours.Count);
    }

    [Fact]
    public void Compacting_leaves_what_a_snapshot_shows_until_that_is_disposed()
    {
        var memory = Make();
        for (int i = 0; i < Entries; i++)
            memory.Upsert($"id-{i}", [i % 2_000, 1], null, new(1, "s", i));
        memory.Publish();
        var old = memory.Snapshot();
        memory.Delete("id-7", new(2, "s", Entries));
        memory.Publish();

        memory.Compact();
        Assert.False(memory.HasUpkeep());
        Assert.True(old.TryGet("id-7", out _));

        old.Dispose();
        memory.Publish();
        while (memory.HasUpkeep())
            memory.Publish();
        Assert.Equal(Entries - 1, memory.StoredRows);
    }

    [Fact]
    public void Mostly_dead_chunks_are_emptied_and_lose_no_live_row()
    {
        var memory = Make();
        for (int i = 0; i < Entries; i++)
            memory.Upsert($"id-{i}", [i % 2_000, 1], null, new(1, "s", i));
        memory.Publish();

        // One row in four stays, in every chunk.
        for (int i = 0; i < Entries; i++)
        {
            if (i % 4 != 0)
                memory.Delete($"id-{i}", new(2, "s", Entries + i));
        }
        PublishUntilQuiet(memory);

        const int Kept = Entries / 4;
        Assert.InRange(memory.StoredRows, Kept, Kept + 2 * ChunkEntries);
        using var now = memory.Snapshot();
        var found = now.Search([1, 0], int.MaxValue).Neighbours;
        Assert.Equal(Enumerable.Range(0, Kept).Select(i => $"id-{i * 4}").Order(StringComparer.Ordinal), found.Select(n => n.Id).Order(StringComparer.Ordinal));
        Assert.True(now.TryGet("id-40", out var moved));
        Assert.Equal([40f, 1f], moved.Vector.ToArray());
    }

    [Fact]
    public void Updating_the_same_ids_for_ever_keeps_the_space_bounded()
    {
        var memory = Make();
        for (int i = 0; i < 10_000; i++)
        {
            memory.Upsert($"id-{i % 10}", [i, 1], null, new(i, "s", i));
            memory.Publish();
            Assert.InRange(memory.StoredRows, 1, 2 * 10 + 3 * ChunkEntries);
        }
        Assert.Equal(10, memory.LiveEntries);
    }

    [Fact]
    public void Facts_that_are_replaced_for_ever_keep_the_space_bounded()
    {
        var memory = Make();
        for (int i = 0; i < 10_000; i++)
        {
            memory.Upsert("price-of-a-thing-with-a-long-name", [], new Dictionary<string, string> { ["price"] = $"{i}" }, new(i, "s", i));
            memory.Publish();
            Assert.InRange(memory.StoredRows, 1, 3);
        }
        Assert.Equal(1, memory.LiveEntries);
    }

    [Fact]
    public void Attributes_that_are_replaced_for_ever_keep_the_space_bounded()
    {
        var memory = Make();
        List<long> sizes = [];
        for (int i = 0; i < 100_000; i++)
        {
            // One that all have, so that row numbers come again under it, and one that another has later.
            memory.Upsert($"id-{i % 500}", [i % 100, 1], new Dictionary<string, string> { ["all"] = "same", ["own"] = $"{i % 2_000}" }, new(i, "s", i));
            if (i % 100 != 99)
                continue;
            memory.Publish();
            sizes.Add(memory.SizeBytes);
        }
        long settled = sizes.Take(200).Max();
        Assert.InRange(sizes.Max(), settled, settled + settled / 4);
        Assert.Equal(500, memory.Search([1, 0], 1_000, new() { Where = new Dictionary<string, string> { ["all"] = "same" } }).Neighbours.Count);
    }

    [Fact]
    public void A_key_that_is_deleted_and_set_again_shows_each_snapshot_its_own_version()
    {
        var memory = Make();
        List<(MemorySnapshot Snapshot, int? Expected)> snapshots = [];
        for (int i = 0; i < 300; i++)
        {
            bool delete = i % 3 == 2;
            if (delete)
                memory.Delete("a", new(i, "s", i));
            else
                memory.Upsert("a", [i, 1], null, new(i, "s", i));
            memory.Upsert($"other-{i % 40}", [i, 1], null, new(i, "s", i));
            memory.Publish();
            if (i % 5 == 0)
                snapshots.Add((memory.Snapshot(), delete ? null : i));
            // Let some go from the middle and the front, so that rows behind and between open versions are reclaimed.
            if (i % 7 == 0 && snapshots.Count > 3)
            {
                snapshots[i % 2].Snapshot.Dispose();
                snapshots.RemoveAt(i % 2);
            }
            foreach (var (snapshot, expected) in snapshots)
            {
                Assert.Equal(expected is not null, snapshot.TryGet("a", out var entry));
                Assert.Equal(expected, (int?)entry?.EventTimeMs);
            }
        }
    }

    private static void PublishUntilQuiet(VectorNamespace memory)
    {
        for (int i = 0; i < 20; i++)
            memory.Publish();
    }

    private VectorNamespace Make() =>
        new(new() { Name = "n", Dimension = 2, Metric = Metric.Dot, ChunkEntries = ChunkEntries, PageRows = 64 }, _time);
}
