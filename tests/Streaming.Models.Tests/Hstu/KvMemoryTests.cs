using Streaming.Models.Hstu;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

/// <summary>The K/V memory of an engine, as its callers see it.</summary>
public sealed class KvMemoryTests
{
    // Three pages, the last one not full.
    private static readonly HstuCase Case = new(2, 16, 2, 8, 140, 4, 4, TimeBias: true, Seed: 1);

    [Theory]
    [InlineData(HstuKvPrecision.Bf16, 2)]
    [InlineData(HstuKvPrecision.Fp32, 4)]
    [InlineData(HstuKvPrecision.Fp8, 4)]
    public void Sequence_grows_by_pages_up_to_the_window_and_no_further(HstuKvPrecision precision, int numberBytes)
    {
        using var engine = Engine(Case.Model(), precision);
        var sequence = engine.CreateSequence();
        Assert.Equal(0, sequence.SizeBytes);

        // 64 tokens: the event time, and two layers' K of 16 numbers and V of two heads padded to 32.
        var pageBytes = 64 * (sizeof(long) + (2 * (16 + 64) * numberBytes));
        Assert.Equal(3 * pageBytes, engine.MaxSequenceBytes);
        foreach (var token in Case.History(300))
        {
            engine.Append(sequence, [token]);
            Assert.Equal(Math.Min(3, (sequence.TokenCount + 63) / 64) * pageBytes, sequence.SizeBytes);
            Assert.Equal(sequence.SizeBytes, engine.UsedBytes);
        }
        Assert.Equal(300, sequence.TokenCount);
    }

    [Fact]
    public void Step_above_the_capacity_is_refused_changes_nothing_and_passes_once_another_sequence_is_disposed()
    {
        var model = Case.Model();
        using var engine = OfCapacity(model, sequences: 2, maxBatch: 200);
        var history = Case.History(200);
        IHstuSequence[] full = [Rebuilt(engine, history), Rebuilt(engine, history)];
        Assert.Equal(engine.UsedBytes, 2 * engine.MaxSequenceBytes);

        var young = engine.CreateSequence();
        full[0].Dispose();
        full[0] = engine.CreateSequence();
        engine.Append(full[0], history.AsSpan(0, 128));
        var used = engine.UsedBytes;
        // One page is left; the batch needs one for the young user and one for the other.
        HstuStep[] batch = [new(young, history[0]), new(full[0], history[128])];
        var e = Assert.Throws<InvalidOperationException>(() => Batch(engine, batch));
        Assert.Contains($"K/V memory is used up: {2 * engine.MaxSequenceBytes} of {2 * engine.MaxSequenceBytes} bytes are held", e.Message, StringComparison.Ordinal);
        Assert.Equal((used, 0L, 0L, 128L), (engine.UsedBytes, young.SizeBytes, young.TokenCount, full[0].TokenCount));

        full[1].Dispose();
        var embeddings = Batch(engine, batch);
        Assert.True(SameBits(Alone(model, history[..1], HstuKvPrecision.Bf16)[0], embeddings[0]));
        Assert.True(SameBits(Alone(model, history[..129], HstuKvPrecision.Bf16)[^1], embeddings[1]));
    }

    [Fact]
    public void Disposing_twice_gives_pages_back_once()
    {
        using var engine = OfCapacity(Case.Model(), sequences: 1, maxBatch: 64);
        var sequence = engine.CreateSequence();
        engine.Append(sequence, Case.History(70));
        sequence.Dispose();
        sequence.Dispose();
        Assert.Equal((0, 0), (engine.UsedBytes, sequence.SizeBytes));
        Rebuilt(engine, Case.History(200));
        Assert.Equal(engine.MaxSequenceBytes, engine.UsedBytes);
    }

    [Fact]
    public void Users_come_and_go_within_the_capacity_without_error()
    {
        var model = Case.Model();
        using var engine = OfCapacity(model, sequences: 3, maxBatch: 64);
        var history = Case.History(200);
        var expected = Alone(model, history, HstuKvPrecision.Bf16)[^1];
        var living = new Queue<IHstuSequence>();
        for (var user = 0; user < 40; user++)
        {
            if (living.Count == 3) living.Dequeue().Dispose();
            living.Enqueue(engine.CreateSequence());
            engine.Append(living.Last(), history.AsSpan(0, 199));
            Assert.True(SameBits(expected, Step(engine, living.Last(), history[199])));
        }
        Assert.Equal(3 * engine.MaxSequenceBytes, engine.UsedBytes);
    }

    private static CpuHstuEngine OfCapacity(HstuModel model, int sequences, int maxBatch)
    {
        using var probe = Engine(model, HstuKvPrecision.Bf16);
        return new(model, new HstuEngineOptions { CapacityBytes = sequences * probe.MaxSequenceBytes, MaxBatch = maxBatch });
    }
}
