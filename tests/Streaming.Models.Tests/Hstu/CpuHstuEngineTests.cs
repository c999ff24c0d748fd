using Streaming.Models.Hstu;
using Streaming.TestSupport;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

public sealed class CpuHstuEngineTests
{
    private static readonly HstuCase Case = new(2, 16, 2, 8, 20, 4, 4, TimeBias: true, Seed: 1);

    [Theory]
    [InlineData(HstuTimeAnchor.Self)]
    [InlineData(HstuTimeAnchor.Next)]
    public void Step_and_append_allocate_nothing(HstuTimeAnchor anchor)
    {
        using var engine = Engine((Case with { Anchor = anchor }).Model(), HstuKvPrecision.Bf16);
        IHstuSequence[] users = [engine.CreateSequence(), engine.CreateSequence()];
        var tokens = Case.History(200);
        var batch = tokens[..8].Select((token, i) => new HstuStep(users[i % 2], token)).ToArray();
        var embeddings = new float[8 * Case.OutputWidth];

        Assert.Equal(0, Allocations.Of(Run));

        void Run()
        {
            for (var i = 0; i < 50; i++) engine.Step(batch, embeddings);
            engine.Append(users[0], tokens);
        }
    }

    [Fact]
    public void An_allocation_would_be_seen()
    {
        using var engine = Engine(Case.Model(), HstuKvPrecision.Bf16);
        Assert.True(Allocations.Of(() => engine.CreateSequence().Dispose()) > 0);
    }

    [Fact]
    public void Embedding_has_length_one()
    {
        foreach (var embedding in Alone(Case.Model(), Case.History(50), HstuKvPrecision.Bf16))
            Assert.Equal(1, embedding.Sum(value => (double)value * value), 1e-5);
    }

    [Fact]
    public void Unknown_content_is_the_learned_vector()
    {
        var model = Case.Model();
        var unknown = model.Tensor(HstuTensors.Unknown).Values.ToArray();
        var tokens = Case.History(20);
        var spelledOut = tokens.Select(token => token with { Content = token.Content.IsEmpty ? unknown : token.Content });
        Assert.Contains(tokens, token => token.Content.IsEmpty);
        Assert.True(SameBits(Alone(model, tokens), Alone(model, spelledOut)));
    }

    [Fact]
    public void Empty_batch_changes_nothing()
    {
        using var engine = Engine(Case.Model());
        engine.Step([], []);
        Assert.Equal(0, engine.UsedBytes);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-2e6f)]
    public void Content_out_of_range_is_refused_and_leaves_every_sequence_as_it_was(float value) =>
        RequireRefused(new(new[] { 0, value, 0, 0 }, 0, 5), "Row 1 is refused: the token's content holds");

    [Fact]
    public void Content_of_another_width_is_refused() =>
        RequireRefused(new(new float[] { 1, 2, 3 }, 0, 5), "Row 1 is refused: the token's content has 3 floats; the model's has 4.");

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Action_outside_the_vocabulary_is_refused(int action) =>
        RequireRefused(new(default, action, 5), $"Row 1 is refused: the token's action is {action}; it must be in 0..2.");

    [Theory]
    [InlineData(5)]
    [InlineData(3)]
    public void Embeddings_of_another_length_are_refused(int length)
    {
        using var engine = Engine(Case.Model());
        var sequence = engine.CreateSequence();
        var e = Assert.Throws<ArgumentException>(() => engine.Step([new HstuStep(sequence, new HstuToken(default, 0, 1))], new float[length]));
        Assert.Equal($"The embeddings have {length} floats; 1 rows of 4 are needed.", e.Message);
        Assert.Equal(0, sequence.TokenCount);
    }

    [Fact]
    public void Batch_above_the_largest_is_refused()
    {
        using var engine = Engine(Case.Model(), maxBatch: 2);
        var step = new HstuStep(engine.CreateSequence(), new HstuToken(default, 0, 1));
        Assert.Equal("The batch has 3 tokens; MaxBatch is 2.", Assert.Throws<ArgumentException>(() => engine.Step([step, step, step], new float[12])).Message);
    }

    [Fact]
    public void Sequence_of_another_engine_is_refused()
    {
        using var engine = Engine(Case.Model());
        using var other = Engine(engine.Model);
        var foreign = other.CreateSequence();
        var e = Assert.Throws<ArgumentException>(() => engine.Append(foreign, [new HstuToken(default, 0, 1)]));
        Assert.Equal("Row 0 is refused: the sequence belongs to another engine.", e.Message);
    }

    [Fact]
    public void Append_keeps_the_tokens_before_the_bad_one()
    {
        using var engine = Engine(Case.Model(), maxBatch: 8);
        var (tried, good) = (engine.CreateSequence(), engine.CreateSequence());
        var history = Case.History(30);
        HstuToken[] withBad = [.. history[..19], new HstuToken(default, 7, 5), .. history[19..]];

        var e = Assert.Throws<ArgumentException>(() => engine.Append(tried, withBad));
        Assert.Contains("Row 19 is refused: the token's action is 7", e.Message, StringComparison.Ordinal);
        Assert.Equal(19, tried.TokenCount);
        engine.Append(good, history.AsSpan(0, 19));
        Assert.True(SameBits(Step(engine, good, history[19]), Step(engine, tried, history[19])));
    }

    [Fact]
    public void Every_violation_of_the_options_is_reported_with_its_value_and_the_rule()
    {
        var options = new HstuEngineOptions { CapacityBytes = 1, KvPrecision = (HstuKvPrecision)7, MaxBatch = 0, Simd = (HstuSimdLevel)9 };
        var e = Assert.Throws<ArgumentException>(() => new CpuHstuEngine(Case.Model(), options));
        Assert.Contains("CapacityBytes is 1; it must be at least ", e.Message, StringComparison.Ordinal);
        Assert.Contains("KvPrecision is 7; it must be Bf16, Fp32 or Fp8", e.Message, StringComparison.Ordinal);
        Assert.Contains("MaxBatch is 0; it must be in 1..1024", e.Message, StringComparison.Ordinal);
        Assert.Contains("Simd is 9; it must be Best, Portable, Vector256 or Vector512", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposed_engine_and_disposed_sequence_are_refused()
    {
        var engine = Engine(Case.Model());
        var (gone, left) = (engine.CreateSequence(), engine.CreateSequence());
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Step(engine, gone, new HstuToken(default, 0, 1)));
        Assert.Throws<ObjectDisposedException>(() => engine.Append(gone, []));

        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Step(engine, left, new HstuToken(default, 0, 1)));
        Assert.Throws<ObjectDisposedException>(() => engine.CreateSequence());
        left.Dispose();
        engine.Dispose();
    }

    // The bad token comes second, after a good one of another user.
    private static void RequireRefused(HstuToken bad, string message)
    {
        using var engine = Engine(Case.Model());
        var history = Case.History(30);
        var (tried, neighbour, untouched) = (engine.CreateSequence(), engine.CreateSequence(), engine.CreateSequence());
        foreach (var sequence in new[] { tried, neighbour, untouched }) Steps(engine, sequence, history);

        var e = Assert.Throws<ArgumentException>(() => Batch(engine, new HstuStep(neighbour, history[3]), new HstuStep(tried, bad)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal((30, 30), (tried.TokenCount, neighbour.TokenCount));
        var expected = Step(engine, untouched, history[0]);
        Assert.True(SameBits(expected, Step(engine, tried, history[0])));
        Assert.True(SameBits(expected, Step(engine, neighbour, history[0])));
    }
}
