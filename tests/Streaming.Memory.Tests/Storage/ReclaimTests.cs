using Streaming.Memory.Rules;

namespace Streaming.Memory.Tests.Storage;

public sealed class ReclaimTests
{
    private const int ChunkRows = 8;
    private readonly ManualTime _time = new(1);

    [Fact]
    public void Expiring_everything_brings_the_space_back()
    {
        var memory = Make();
        for (int i = 0; i < 100 * ChunkRows; i++)
            memory.Upsert($"id-{i}", [i, 1], null, new(1, "s", i), validUntilMs: 100);
        memory.Publish();
        Assert.Equal(100 * ChunkRows, memory.StoredRows);
        long full = memory.SizeBytes;
        var old = memory.Snapshot();

        _time.NowMs = 100;
        Assert.Equal(100 * ChunkRows, memory.Expire(_time.GetUtcNow()));
        memory.Publish();

        Assert.Equal(0, memory.StoredRows);
        Assert.Equal(0, memory.SizeBytes);
        Assert.True(full > 100 * ChunkRows * 2 * sizeof(float));
        Assert.Equal(100 * ChunkRows, old.Search([1, 0], int.MaxValue).Neighbours.Count);
    }

    [Fact]
    public void Mostly_dead_chunks_are_merged_and_lose_no_live_row()
    {
        var memory = Make();
        for (int i = 0; i < 100 * ChunkRows; i++)
            memory.Upsert($"id-{i}", [i, 1], null, new(1, "s", i));
        memory.Publish();
        var old = memory.Snapshot();

        // One row in four stays, in every chunk.
        for (int i = 0; i < 100 * ChunkRows; i++)
        {
            if (i % 4 != 0)
                memory.Delete($"id-{i}", new(2, "s", 1_000 + i));
        }
        memory.Publish();

        const int Kept = 100 * ChunkRows / 4;
        Assert.InRange(memory.StoredRows, Kept, Kept + 2 * ChunkRows);
        var found = memory.Snapshot().Search([1, 0], int.MaxValue).Neighbours;
        Assert.Equal(Enumerable.Range(0, Kept).Select(i => $"id-{i * 4}").Reverse(), found.Select(n => n.Id));
        Assert.True(memory.Snapshot().TryGet("id-40", out var moved));
        Assert.Equal([40f, 1f], moved.Vector.ToArray());
        Assert.Equal(100 * ChunkRows, old.Search([1, 0], int.MaxValue).Neighbours.Count);
    }

    [Fact]
    public void Updating_the_same_ids_for_ever_keeps_the_space_bounded()
    {
        var memory = Make();
        for (int i = 0; i < 10_000; i++)
        {
            memory.Upsert($"id-{i % 10}", [i, 1], null, new(i, "s", i));
            memory.Publish();
            Assert.InRange(memory.StoredRows, 1, 2 * 10 + 3 * ChunkRows);
        }
        Assert.Equal(10, memory.LiveEntries);
    }

    [Fact]
    public void Chunks_that_were_sparse_before_they_were_sealed_are_merged_too()
    {
        var memory = Make();
        for (int i = 0; i < 100 * ChunkRows; i++)
        {
            // One row in eight stays, and the others die while their chunk still takes rows.
            memory.Upsert(i % ChunkRows == 0 ? $"kept-{i}" : "replaced", [i, 1], null, new(i, "s", i));
            memory.Publish();
        }

        // A merged chunk stays more than half live, whatever dies in it later; unmerged, 800 rows would be held.
        Assert.InRange(memory.StoredRows, 101, 2 * 101 + 2 * ChunkRows);
    }

    [Fact]
    public void A_dropped_chunk_is_garbage_once_no_snapshot_holds_it()
    {
        var memory = Make();
        var chunk = FillOneChunk(memory);
        for (int i = 0; i < ChunkRows; i++)
            memory.Delete($"id-{i}", new(2, "s", i));
        memory.Publish();

        GC.Collect();

        Assert.False(chunk.IsAlive);
    }

    // Not inlined, so that no local of the caller keeps the chunk alive.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference FillOneChunk(VectorNamespace memory)
    {
        for (int i = 0; i < ChunkRows; i++)
            memory.Upsert($"id-{i}", [i, 1], null, new(1, "s", i));
        memory.Publish();
        return new WeakReference(Assert.Single(memory.View.Chunks));
    }

    private VectorNamespace Make() => new(new() { Name = "n", Dimension = 2, Metric = Metric.Dot, ChunkRows = ChunkRows }, _time);
}
