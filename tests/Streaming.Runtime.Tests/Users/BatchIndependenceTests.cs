using FsCheck.Fluent;
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
