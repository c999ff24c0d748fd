using System.Collections.Concurrent;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;
using Streaming.Memory.Upkeep;
using Streaming.Memory.Versions;

namespace Streaming.Memory.Tests.Concurrency;

/// <summary>
/// One writer, several readers, a bounded number of batches. Between the two writes of a batch the writer waits until a reader has
/// looked again, so that readers meet half-made batches on any machine and not by luck.
/// </summary>
public sealed class ConcurrentReadTests
{
    private const int Batches = 300;
    private const int Readers = 3;
    private readonly ManualTime _time = new(1);

    [Fact]
    public void Readers_see_whole_rows_and_whole_batches_only()
    {
        var memory = Make();

        var seen = Race(memory, Look, publishMidBatch: false);

        Assert.Empty(seen);
        Assert.Equal(Batches + 1, memory.Version);
    }

    [LongRaceFact]
    public void Readers_see_whole_rows_and_whole_batches_for_as_long_as_asked()
    {
        long started = TimeProvider.System.GetTimestamp();
        do
        {
            Assert.Empty(Race(Make(), Look, publishMidBatch: false));
        }
        while (TimeProvider.System.GetElapsedTime(started) < LongRaceFactAttribute.Asked);
    }

    [Fact]
    public void A_planted_publish_before_the_batch_is_written_is_caught()
    {
        var seen = Race(Make(), Look, publishMidBatch: true);

        Assert.Contains(seen, violation => violation.Contains("seen apart", StringComparison.Ordinal));
    }

    [Fact]
    public void A_planted_reader_that_skips_the_visibility_check_is_caught()
    {
        var seen = Race(Make(), LookAtEverything, publishMidBatch: false);

        Assert.NotEmpty(seen);
    }

    [Fact]
    public void A_planted_torn_vector_is_caught()
    {
        var memory = Make();
        PairProtocol.Write(memory, "left", 7);
        float[] torn = PairProtocol.VectorOf(7);
        PairProtocol.VectorOf(8).AsSpan(20).CopyTo(torn.AsSpan(20));
        memory.Upsert("right", torn, PairProtocol.AttributesOf(7), new(7, "s", 7));
        memory.Publish();

        Assert.Contains("torn", PairProtocol.Violation(memory.Snapshot()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_writer_is_refused()
    {
        WriterGuard guard = new();
        using (guard.Enter())
            Assert.Throws<InvalidOperationException>(() => EnterAndLeave(guard));
        EnterAndLeave(guard);
    }

    private static string? Look(VectorNamespace memory)
    {
        using MemorySnapshot snapshot = memory.Snapshot();
        return PairProtocol.Violation(snapshot);
    }

    // Begins below and ends above every pending version: such a reader sees whatever the writer has got to. The slot keeps the memory under it.
    private static string? LookAtEverything(VectorNamespace memory)
    {
        memory.Versions.Enter(out int slot);
        try
        {
            MemoryVersion everything = new(Row.NeverEnds - 1, 1, default);
            everything.TryPin();
            using MemorySnapshot snapshot = new(memory.Reader, everything, nowMs: 1);
            return PairProtocol.Violation(snapshot);
        }
        finally
        {
            memory.Versions.Leave(slot);
        }
    }

    private static void EnterAndLeave(WriterGuard guard)
    {
        using var writing = guard.Enter();
    }

    private static ConcurrentQueue<string> Race(VectorNamespace memory, Func<VectorNamespace, string?> look, bool publishMidBatch)
    {
        WriteBatch(memory, 0, static () => { });
        ConcurrentQueue<string> violations = new();
        using SemaphoreSlim looked = new(0);
        int done = 0;
        var readers = Enumerable.Range(0, Readers).Select(_ => RunThread(() =>
        {
            while (Volatile.Read(ref done) == 0)
            {
                if (look(memory) is { } violation)
                    violations.Enqueue(violation);
                looked.Release();
            }
        })).ToList();

        for (int generation = 1; generation <= Batches && violations.IsEmpty; generation++)
        {
            WriteBatch(memory, generation, () =>
            {
                if (publishMidBatch)
                    memory.Publish();
                // Each reader may be in a look that began earlier; one more look than readers began after the first write.
                while (looked.Wait(0))
                {
                }
                for (int look = 0; look <= Readers; look++)
                    looked.Wait();
            });
        }
        Volatile.Write(ref done, 1);
        readers.ForEach(reader => reader.Join());
        return violations;
    }

    private static void WriteBatch(VectorNamespace memory, int generation, Action betweenTheWrites)
    {
        PairProtocol.Write(memory, "left", generation);
        // Neighbours that come and go, so that chunks fill, die and merge under the readers.
        memory.Upsert($"filler-{generation % 50}", PairProtocol.VectorOf(-generation - 2).Select(x => x - 1).ToArray(), null, new(generation, "s", generation));
        betweenTheWrites();
        PairProtocol.Write(memory, "right", generation);
        // All entries move to other lists again and again.
        memory.Retrain();
        memory.Publish();
    }

    private static Thread RunThread(Action body)
    {
        Thread thread = new(() => body()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private VectorNamespace Make() => new(
        new() { Name = "race", Dimension = PairProtocol.Dimension, Metric = Metric.Dot, Format = VectorFormat.SinglePrecision, ChunkEntries = 32, PageRows = 16, TrainAt = 32, EntriesPerList = 8 }, _time);
}
