using Streaming.Models.Hstu;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

/// <summary>The faults that incremental HSTU code falls into. Each is planted, and the comparison must see it far above its tolerance.</summary>
public sealed class TrapTests
{
    private const double Caught = 10 * HstuCase.Tolerance;
    private static readonly HstuCase Case = new(3, 32, 2, 16, 24, 16, 16, TimeBias: true, Seed: 17);

    [Fact]
    public void Naive_variant_without_a_fault_is_right()
    {
        var model = Case.Model();
        var tokens = Case.History(3 * Case.Window);
        Assert.True(MaxError(FullRecompute.Embeddings(model, tokens)[^1], new NaiveHstu(model).LastEmbedding(tokens, OwnTimes(tokens))) < 1e-9);
    }

    [Fact]
    public void Averaging_over_the_current_length_is_caught()
    {
        // The norm after the attention hides N, but for its epsilon: small values show it, as a young history has in a real model.
        var model = Case.Model(projectionScale: 0.05);
        var tokens = Case.History(4);
        var expected = FullRecompute.Embeddings(model, tokens)[^1];
        var planted = new NaiveHstu(model) { Normaliser = rows => rows };

        Assert.True(MaxError(expected, new NaiveHstu(model).LastEmbedding(tokens, OwnTimes(tokens))) < 1e-9);
        Assert.InRange(MaxError(expected, planted.LastEmbedding(tokens, OwnTimes(tokens))), Caught, 2);
    }

    [Fact]
    public void Rows_cached_under_the_upstream_next_time_bias_are_caught()
    {
        var model = (Case with { Anchor = HstuTimeAnchor.Next }).Model();
        var tokens = Case.History(3 * Case.Window);
        // Upstream measures row i from t(i+1), and the last row, which has no successor, from its own time. On arrival every row
        // is the last one, so a cache that keeps rows as they were on arrival keeps all of them under their own time.
        long[] upstream = [.. OwnTimes(tokens)[1..], tokens[^1].EventTimeSeconds];
        var naive = new NaiveHstu(model);
        var expected = FullRecompute.Embeddings(model, tokens)[^1];

        Assert.True(MaxError(expected, naive.LastEmbedding(tokens, upstream)) < 1e-9);
        Assert.True(MaxError(expected, Alone(model, tokens)[^1]) < HstuCase.Tolerance);
        Assert.InRange(MaxError(expected, naive.LastEmbedding(tokens, OwnTimes(tokens))), Caught, 2);
    }

    [Theory]
    [InlineData(HstuTimeAnchor.Self)]
    [InlineData(HstuTimeAnchor.Next)]
    public void Rebuild_from_one_window_only_is_caught(HstuTimeAnchor anchor)
    {
        var model = (Case with { Anchor = anchor }).Model();
        using var engine = Engine(model);
        var tokens = Case.History(engine.RebuildTokens + Case.Window);
        var expected = FullRecompute.Embeddings(model, tokens)[^1];

        Assert.True(Error(tokens[^engine.RebuildTokens..]) < HstuCase.Tolerance);
        Assert.InRange(Error(tokens[^Case.Window..]), Caught, 2);

        double Error(HstuToken[] replayed) => MaxError(expected, Steps(engine, engine.CreateSequence(), replayed)[^1]);
    }

    [Theory]
    [InlineData(HstuTimeAnchor.Self)]
    [InlineData(HstuTimeAnchor.Next)]
    public void Rebuild_from_one_token_too_few_is_caught(HstuTimeAnchor anchor)
    {
        // A small window, so that the one missing token has weight in the rows that lack it.
        var c = Case with { Window = 3, Anchor = anchor };
        using var engine = Engine(c.Model());
        var tokens = c.History(40);
        var published = Steps(engine, engine.CreateSequence(), tokens)[^1];
        Assert.True(SameBits(published, Steps(engine, engine.CreateSequence(), tokens[^engine.RebuildTokens..])[^1]));
        Assert.False(SameBits(published, Steps(engine, engine.CreateSequence(), tokens[^(engine.RebuildTokens - 1)..])[^1]));
    }

    private static long[] OwnTimes(HstuToken[] tokens) => tokens.Select(token => token.EventTimeSeconds).ToArray();
}
