using FsCheck.Fluent;
using Streaming.Core.Topologies;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Users;

/// <summary>Poll sizes, commit intervals and memory budgets change speed and nothing else: the same bits are published and stored.</summary>
public sealed class BatchIndependenceTests
{
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(7, 3, 1, 100_000)]
    [InlineData(7, 1, 100_000, 1)]
    [InlineData(500, 2, 3, 300)]
    public void Results_are_the_same_bits_for_any_batching_and_budget(int pollRecords, int pollsPerCommit, int maxActors, long cacheBytes) =>
        Prop.ForAll(Scenario.Any, scenario =>
        {
            using var roomy = new World();
            scenario.Produce(roomy);
            roomy.Run();

            using var tight = new World();
            tight.UserOptions = tight.UserOptions with { MaxActors = maxActors, CacheBytes = cacheBytes };
            scenario.Produce(tight);
            tight.Run(Polls(pollRecords, pollsPerCommit, scenario.Events.Length));

            Outcome.OfUsers(roomy).AssertSame(Outcome.OfUsers(tight));
        }).QuickCheckThrowOnFailure(seed: 20260201, maxTest: 15);

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 100, 1)]
    [InlineData(5, 3, 1)]
    [InlineData(64, 6, 2)]
    [InlineData(64, 100, 0)]
    public void Results_are_the_same_bits_wherever_a_batch_of_the_model_ends(int max, int budgetMs, int driftMs) =>
        Prop.ForAll(Scenario.Any, Cuts, (scenario, polls) =>
        {
            using var single = Run(scenario, [], new BatchOptions { Max = 1 });
            using var batched = Run(scenario, polls, new BatchOptions { Max = max, Budget = TimeSpan.FromMilliseconds(budgetMs) }, driftMs: driftMs);

            Assert.Equal(single.Log.Read("user-features").Select(Text), batched.Log.Read("user-features").Select(Text));
            Outcome.OfUsers(single).AssertSame(Outcome.OfUsers(batched));
        }).QuickCheckThrowOnFailure(seed: 20260301, maxTest: 15);

    [Fact]
    public void The_comparison_sees_a_model_that_steps_a_user_out_of_order()
    {
        var caught = Assert.ThrowsAny<Exception>(() => Prop.ForAll(Scenario.Any, Cuts, (scenario, polls) =>
        {
            using var single = Run(scenario, [], new BatchOptions { Max = 1 });
            using var batched = Run(scenario, polls, new BatchOptions(), new FakeSequenceModel { StepsBackwards = true });

            Outcome.OfUsers(single).AssertSame(Outcome.OfUsers(batched));
        }).QuickCheckThrowOnFailure(seed: 20260302, maxTest: 15));

        Assert.Contains("Assert.Equal() Failure", caught.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tiny_cache_rebuilds_users_and_a_large_one_does_not()
    {
        Assert.Equal(0, Appends(cacheBytes: 1 << 20));
        Assert.True(Appends(cacheBytes: 1) > 20);
    }

    [Fact]
    public void A_rebuild_from_too_few_tokens_would_be_seen()
    {
        using var roomy = new World();
        using var tight = new World { Model = new FakeSequenceModel(window: 8, rebuildTokens: 6) };
        tight.UserOptions = tight.UserOptions with { CacheBytes = 1 };
        foreach (var world in new[] { roomy, tight })
        {
            SendTwoUsers(world);
            world.Run();
        }

        Assert.NotEqual(Outcome.OfUsers(roomy).Features, Outcome.OfUsers(tight).Features);
    }

    private static FsCheck.Arbitrary<int[]> Cuts { get; } = Arb.From(Gen.ArrayOf(Gen.Choose(1, 12), 12));

    private static string Text(InputRecord record) => $"{record.Source}@{record.Offset} {Convert.ToHexString(record.Value!)}";

    private static World Run(Scenario scenario, int[] polls, BatchOptions batch, FakeSequenceModel? model = null, int driftMs = 0)
    {
        var world = new World { Model = model ?? new FakeSequenceModel() };
        world.UserOptions = world.UserOptions with { Batch = batch };
        world.Clock.Drift = TimeSpan.FromMilliseconds(driftMs);
        scenario.Produce(world);
        world.Run(polls.Select(n => (Step)new Step.Poll(n)));
        return world;
    }

    private static int Appends(long cacheBytes)
    {
        using var world = new World();
        world.UserOptions = world.UserOptions with { CacheBytes = cacheBytes };
        SendTwoUsers(world);
        world.Run();
        return world.Model.Appends;
    }

    // Both users live in one partition or in two; the cache is shared by the thread's tasks either way.
    private static void SendTwoUsers(World world)
    {
        foreach (var (first, second) in UserEvents.Row("u1", 12).Zip(UserEvents.Row("u2", 12)))
        {
            world.Send(first);
            world.Send(second);
        }
    }

    private static IEnumerable<Step> Polls(int records, int pollsPerCommit, int events)
    {
        for (var polled = 0; polled < events; polled += records * pollsPerCommit)
        {
            for (var i = 0; i < pollsPerCommit; i++)
                yield return new Step.Poll(records);
            yield return new Step.Commit();
        }
    }
}
