using Streaming.Memory.Rules;

namespace Streaming.Memory.Tests.Upkeep;

/// <summary>A publish has a bounded amount to do, whatever was written before it.</summary>
public sealed class UpkeepPaceTests
{
    private const int Chunk = 128;
    private const int MostMoved = 2_048;
    private const int MostReclaimed = 3 * MostMoved;
    private readonly ManualTime _time = new(1);

    [Theory]
    [InlineData(100)]
    [InlineData(1_000)]
    [InlineData(30_000)]
    public void Entries_move_along_with_the_writes_and_few_are_left_to_the_publish(int batch)
    {
        const int Entries = 80_000;
        var memory = Filled(Entries);
        memory.Retrain();
        memory.Publish();
        Assert.True(memory.IsMoving);

        Write(memory, Entries, batch);
        int before = Left(memory);
        memory.Publish();

        Assert.InRange(Entries - before, Math.Max(0, 2 * (batch - Chunk)), 2 * batch + 8 * Chunk); // Lists end in chunks that are not full.
        Assert.InRange(before - Left(memory), MostMoved - Math.Min(MostMoved, 2 * batch), MostMoved + Chunk);
        Assert.Equal(Entries + batch, memory.LiveEntries);
    }

    [Fact]
    public void What_many_removals_at_once_leave_comes_back_publish_by_publish()
    {
        const int Entries = 40_000;
        var memory = Filled(Entries);
        Assert.Equal(Entries, memory.RemoveSource("s"));

        int publishes = 0;
        for (int stored = memory.StoredRows; stored > 0; stored = memory.StoredRows)
        {
            memory.Publish();
            Assert.InRange(stored - memory.StoredRows, 1, MostReclaimed + Chunk);
            publishes++;
        }

        Assert.InRange(publishes, 2, Entries / MostMoved);
    }

    [Fact]
    public void What_waits_for_an_old_version_comes_back_publish_by_publish_too()
    {
        const int Facts = 20_000;
        VectorNamespace memory = Make();
        for (int i = 0; i < Facts; i++)
            memory.Upsert($"fact-{i}", [], null, new(1, "s", i));
        memory.Publish();
        var old = memory.Snapshot();
        for (int i = 0; i < Facts; i++)
            memory.Upsert($"fact-{i}", [], null, new(2, "s", Facts + i));
        memory.Publish();
        Assert.Equal(2 * Facts, memory.StoredRows);

        old.Dispose();
        for (int stored = memory.StoredRows; stored > Facts; stored = memory.StoredRows)
        {
            memory.Publish();
            Assert.InRange(stored - memory.StoredRows, 0, MostReclaimed);
            Assert.True(memory.HasUpkeep() || memory.StoredRows == Facts);
        }
    }

    private static int Left(VectorNamespace memory) => memory.ListStore.Partitions[0].Lists.Sum(list => list.Chunks.Sum(chunk => chunk.Count));

    private static void Write(VectorNamespace memory, int from, int count)
    {
        for (int i = from; i < from + count; i++)
            memory.Upsert($"id-{i}", [i % 1_000 + 1, 1], null, new(1, "s", i));
    }

    private VectorNamespace Filled(int entries)
    {
        VectorNamespace memory = Make();
        Write(memory, 0, entries);
        for (int i = 0; i == 0 || memory.HasUpkeep() || i < 100; i++)
            memory.Publish();
        Assert.Equal(entries, Left(memory));
        return memory;
    }

    private VectorNamespace Make() =>
        new(new() { Name = "n", Dimension = 2, Metric = Metric.Dot, ChunkEntries = Chunk, EntriesPerList = 20_000 }, _time, train => Task.FromResult(train()));
}
