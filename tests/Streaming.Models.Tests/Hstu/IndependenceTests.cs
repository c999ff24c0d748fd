using Streaming.Models.Hstu;
using Streaming.Models.Numerics;
using Streaming.Models.Weights;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

/// <summary>A user's bits depend on the user's tokens and on nothing else.</summary>
public sealed class IndependenceTests
{
    private const int Users = 4;

    [Fact]
    public void Users_interleaved_on_one_engine_get_the_bits_of_a_user_alone() => HstuCase.Check(c =>
    {
        var model = c.Model();
        var histories = Histories(c);
        var shared = new HstuEngine(model);
        var caches = histories.Select(_ => new HstuCache(model)).ToArray();
        var interleaved = histories.Select(_ => new List<float[]>()).ToArray();
        var random = new SeededRandom((ulong)c.Seed);
        while (Enumerable.Range(0, Users).Where(u => interleaved[u].Count < histories[u].Length).ToArray() is { Length: > 0 } waiting)
        {
            var user = waiting[random.NextBits() % (ulong)waiting.Length];
            interleaved[user].Add(Step(shared, caches[user], histories[user][interleaved[user].Count]));
        }
        return histories.Select((history, user) => SameBits(Alone(model, history), [.. interleaved[user]])).All(same => same);
    });

    [Fact]
    public void Threads_give_the_same_bits() => HstuCase.Check(c =>
    {
        var model = c.Model();
        var histories = Histories(c);
        var expected = histories.Select(history => Alone(model, history)).ToArray();
        var actual = new float[Users][][];
        var threads = histories.Select((history, user) => new Thread(() => actual[user] = Alone(model, history))).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return expected.Zip(actual, SameBits).All(same => same);
    }, cases: 10);

    [Fact]
    public void Cleared_cache_gives_the_bits_of_a_new_one() => HstuCase.Check(c =>
    {
        var model = c.Model();
        var engine = new HstuEngine(model);
        var cache = new HstuCache(model);
        Steps(engine, cache, c.History((2 * c.Window) + 1, user: 9));
        cache.Clear();
        var history = c.History(c.Window + 2);
        return SameBits(Steps(engine, cache, history), Alone(model, history));
    }, cases: 20);

    [Fact]
    public void Cache_may_move_between_engines_of_equal_models()
    {
        var c = new HstuCase(2, 16, 2, 8, 5, 4, 4, TimeBias: true, Seed: 3);
        var (first, second) = (c.Model(), c.Model());
        var history = c.History(20);
        var cache = new HstuCache(first);
        var moved = Steps(new(first), cache, history[..9]).Concat(Steps(new(second), cache, history[9..])).ToArray();
        Assert.True(SameBits(Alone(first, history), moved));
    }

    private static HstuToken[][] Histories(HstuCase c) =>
        Enumerable.Range(0, Users).Select(user => c.History(c.Window + (user * 7), (ulong)user)).ToArray();

    private static float[][] Alone(HstuModel model, HstuToken[] history) => Steps(new(model), new(model), history);
}
