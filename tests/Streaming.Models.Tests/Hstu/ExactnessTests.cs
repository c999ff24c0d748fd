using Streaming.Models.Hstu;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

/// <summary>The exactness law: one token at a time equals the banded recomputation of everything.</summary>
public sealed class ExactnessTests
{
    [Fact]
    public void Every_step_equals_the_banded_full_recomputation() => HstuCase.Check(c =>
    {
        var tokens = c.History((4 * c.Window) + 5);
        // Small projections too: only they let the norm's epsilon, and with it the constant N, show.
        return new[] { 1, 0.05 }.Select(c.Model).All(model =>
            MaxError(FullRecompute.Embeddings(model, tokens), Steps(new(model), new(model), tokens)) < HstuCase.Tolerance);
    });

    [Fact]
    public void Rebuild_of_the_last_tokens_continues_bit_for_bit() => HstuCase.Check(c =>
    {
        var model = c.Model();
        var engine = new HstuEngine(model);
        // More than is replayed, so that the rebuilt ring starts elsewhere and its oldest rows lack their past.
        var before = c.History(engine.RebuildTokens + c.Window + 3);
        var after = c.History(c.Window + 2, user: 1);

        var continuing = new HstuCache(model);
        Steps(engine, continuing, before);
        var rebuilt = new HstuCache(model);
        engine.Rebuild(rebuilt, before);
        Assert.Equal(engine.RebuildTokens, rebuilt.TokenCount);

        return SameBits(Steps(engine, continuing, after), Steps(engine, rebuilt, after));
    });

    [Fact]
    public void Last_step_of_a_rebuild_gives_the_embedding_that_was_published() => HstuCase.Check(c =>
    {
        var model = c.Model();
        var engine = new HstuEngine(model);
        var tokens = c.History(engine.RebuildTokens + 7);
        var published = Steps(engine, new(model), tokens)[^1];
        var republished = Steps(engine, new(model), tokens[^engine.RebuildTokens..])[^1];
        return SameBits(published, republished);
    });

    [Fact]
    public void Append_leaves_the_cache_as_Step_does() => HstuCase.Check(c =>
    {
        var model = c.Model();
        var engine = new HstuEngine(model);
        var tokens = c.History((2 * c.Window) + 3);
        var (stepped, appended) = (new HstuCache(model), new HstuCache(model));
        Steps(engine, stepped, tokens);
        foreach (var token in tokens) engine.Append(appended, token);
        return SameBits(Step(engine, stepped, tokens[0]), Step(engine, appended, tokens[0]));
    });
}
