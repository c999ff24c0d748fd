using Streaming.Models.Hstu;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

public sealed class HstuEngineTests
{
    private static readonly HstuCase Case = new(2, 16, 2, 8, 20, 4, 4, TimeBias: true, Seed: 1);

    [Fact]
    public void Step_and_append_allocate_nothing_once_the_cache_has_grown()
    {
        // Its own instance of the model, so that the comparison of two equal models is covered too.
        var engine = new HstuEngine(Case.Model());
        var cache = new HstuCache(Case.Model());
        var tokens = Case.History(200);
        var embedding = new float[Case.OutputWidth];
        foreach (var token in tokens) engine.Step(cache, token, embedding);
        foreach (var token in tokens) engine.Append(cache, token);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var token in tokens) engine.Step(cache, token, embedding);
        foreach (var token in tokens) engine.Append(cache, token);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Embedding_has_length_one()
    {
        var model = Case.Model();
        foreach (var embedding in Steps(new(model), new(model), Case.History(50)))
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
        Assert.True(SameBits(Steps(new(model), new(model), tokens), Steps(new(model), new(model), spelledOut)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-2e6f)]
    public void Content_out_of_range_is_refused_and_leaves_the_cache_as_it_was(float value) =>
        RequireRefused(new(new[] { 0, value, 0, 0 }, 0, 5), "content holds");

    [Fact]
    public void Content_of_another_width_is_refused() => RequireRefused(new(new float[] { 1, 2, 3 }, 0, 5), "content has 3 floats; the model's has 4");

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Action_outside_the_vocabulary_is_refused(int action) => RequireRefused(new(default, action, 5), $"action is {action}; it must be in 0..2");

    [Fact]
    public void Embedding_of_another_width_is_refused()
    {
        var model = Case.Model();
        var cache = new HstuCache(model);
        Assert.Throws<ArgumentException>(() => new HstuEngine(model).Step(cache, new HstuToken(default, 0, 1), new float[5]));
        Assert.Equal(0, cache.TokenCount);
    }

    [Fact]
    public void Cache_of_another_model_is_refused()
    {
        var cache = new HstuCache((Case with { Seed = 2 }).Model());
        var e = Assert.Throws<ArgumentException>(() => new HstuEngine(Case.Model()).Append(cache, new HstuToken(default, 0, 1)));
        Assert.Contains("cache belongs to model", e.Message, StringComparison.Ordinal);
    }

    private static void RequireRefused(HstuToken bad, string message)
    {
        var model = Case.Model();
        var engine = new HstuEngine(model);
        var history = Case.History(30);
        var (tried, untouched) = (new HstuCache(model), new HstuCache(model));
        Steps(engine, tried, history);
        Steps(engine, untouched, history);

        var e = Assert.Throws<ArgumentException>(() => Step(engine, tried, bad));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(30, tried.TokenCount);
        Assert.True(SameBits(Step(engine, untouched, history[0]), Step(engine, tried, history[0])));
    }
}
