using Streaming.Models.Hstu;
using Streaming.Models.Numerics;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

/// <summary>A user's bits depend on the user's tokens and on nothing else.</summary>
public sealed class IndependenceTests
{
    private const int Users = 4;

    [Theory]
    [OnSimd(HstuSimdLevel.Portable)]
    [OnSimd(HstuSimdLevel.Vector256)]
    [OnSimd(HstuSimdLevel.Vector512)]
    public void Users_in_random_batches_get_the_bits_of_a_user_alone(HstuSimdLevel simd, HstuKvPrecision precision) => HstuCase.Check(c =>
    {
        var model = c.Model();
        var histories = Histories(c);
        using var engine = Engine(model, precision, simd);
        var sequences = histories.Select(_ => engine.CreateSequence()).ToArray();
        var taken = new int[Users];
        var actual = histories.Select(_ => new List<float[]>()).ToArray();
        var random = new SeededRandom((ulong)c.Seed);
        while (NextBatch() is { Length: > 0 } users)
        {
            var batch = users.Select(user => new HstuStep(sequences[user], histories[user][taken[user]++])).ToArray();
            foreach (var (user, embedding) in users.Zip(Batch(engine, batch))) actual[user].Add(embedding);
        }
        return histories.Select((history, user) => SameBits(Alone(model, history, precision, simd), [.. actual[user]])).All(same => same);

        // Up to 13 tokens of random users, so that most batches hold several tokens of a user.
        int[] NextBatch()
        {
            var left = histories.Select((history, user) => history.Length - taken[user]).ToArray();
            var users = new List<int>();
            for (var i = 1 + random.NextIndex(13); i > 0 && left.Any(count => count > 0); i--)
            {
                var waiting = Enumerable.Range(0, Users).Where(user => left[user] > 0).ToArray();
                users.Add(waiting[random.NextIndex(waiting.Length)]);
                left[users[^1]]--;
            }
            return [.. users];
        }
    });

    [Theory]
    [InlineData(HstuTimeAnchor.Self)]
    [InlineData(HstuTimeAnchor.Next)]
    public void Batch_of_one_user_longer_than_the_window_gives_the_bits_of_single_steps(HstuTimeAnchor anchor)
    {
        // A window of whole pages: the batch overwrites slots that its own first tokens read.
        var c = new HstuCase(2, 16, 2, 8, 64, 4, 4, TimeBias: true, Seed: 8, anchor);
        var model = c.Model();
        var history = c.History(400);
        using var engine = Engine(model, HstuKvPrecision.Bf16, maxBatch: 200);
        var sequence = engine.CreateSequence();
        var batches = history.Chunk(200).SelectMany(tokens => Batch(engine, [.. tokens.Select(token => new HstuStep(sequence, token))]));
        Assert.True(SameBits(Alone(model, history, HstuKvPrecision.Bf16), [.. batches]));
    }

    [Theory]
    [InlineData(HstuKvPrecision.Fp32)]
    [InlineData(HstuKvPrecision.Bf16)]
    [InlineData(HstuKvPrecision.Fp8)]
    public void Register_widths_give_the_same_bits(HstuKvPrecision precision) => HstuCase.Check(c =>
    {
        var model = c.Model();
        var history = c.History((2 * c.Window) + 3);
        var widest = Alone(model, history, precision);
        return new[] { HstuSimdLevel.Portable, HstuSimdLevel.Vector256 }.All(simd => SameBits(widest, Alone(model, history, precision, simd)));
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
    public void Pages_of_a_disposed_sequence_give_the_bits_of_new_ones() => HstuCase.Check(c =>
    {
        var model = c.Model();
        using var engine = Engine(model, HstuKvPrecision.Bf16);
        var disposed = engine.CreateSequence();
        Steps(engine, disposed, c.History((2 * c.Window) + 1, user: 9));
        disposed.Dispose();
        var history = c.History(c.Window + 2);
        return SameBits(Steps(engine, engine.CreateSequence(), history), Alone(model, history, HstuKvPrecision.Bf16));
    }, cases: 20);

    private static HstuToken[][] Histories(HstuCase c) =>
        Enumerable.Range(0, Users).Select(user => c.History(c.Window + (user * 7), (ulong)user)).ToArray();
}
