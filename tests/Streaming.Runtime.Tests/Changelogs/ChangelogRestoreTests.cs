using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tests.Fakes;
using Streaming.Runtime.Tests.Users;

namespace Streaming.Runtime.Tests.Changelogs;

/// <summary>The law: an instance that lost its disk ends like one that kept it, even when the source topic no longer holds what was committed.</summary>
public sealed class ChangelogRestoreTests
{
    private const int Before = 25;
    private static readonly long Later = ManualTime.StartMs + (long)TimeSpan.FromHours(12).TotalMilliseconds;

    [Fact]
    public void The_comparison_sees_state_that_was_not_restored()
    {
        using var kept = Half(changelog: true);
        using var lost = Half(changelog: false);
        ForgetSource(lost);
        lost.LoseDisk();

        Finish(kept);
        Finish(lost);

        Assert.NotEqual(Outcome.OfUsers(kept).Features, Outcome.OfUsers(lost).Features);
    }

    [Fact]
    public void A_task_without_its_disk_ends_like_one_that_kept_it()
    {
        using var kept = Half(changelog: true);
        using var lost = Half(changelog: true);
        ForgetSource(lost);
        lost.LoseDisk();

        Finish(kept);
        Finish(lost);

        Outcome.OfUsers(kept).AssertSame(Outcome.OfUsers(lost));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(1000)]
    public void A_commit_that_was_cut_short_in_the_changelog_is_repeated_from_the_source(int missing)
    {
        using var kept = Half(changelog: true);
        using var cut = Half(changelog: true);
        for (var p = 0; p < World.Partitions; p++)
            cut.Log.CutTail(Changelog(cut, p), missing);
        cut.LoseDisk();

        Finish(kept);
        Finish(cut);

        Outcome.OfUsers(kept).AssertSame(Outcome.OfUsers(cut));
    }

    [Fact]
    public void The_changelog_of_a_topic_that_was_made_again_is_left_out()
    {
        using var fresh = new World();
        SendCreatives(fresh);
        using var again = Half(changelog: true);
        again.Log.Recreate(again.Topology.Topics.UserEvents.Name);
        again.Log.Recreate(again.Topology.Topics.UserFeatures.Name);
        again.Clock.Advance(TimeSpan.FromMinutes(1));
        again.LoseDisk();
        foreach (var world in new[] { fresh, again })
        {
            world.KeepChangelog();
            foreach (var @event in UserEvents.Row("u9", 5))
                world.Send(@event);
        }

        Finish(fresh);
        Finish(again);

        var stores = (World w) => Outcome.OfUsers(w).Stores.Where(r => !r.Contains(" identity ", StringComparison.Ordinal)).ToList();
        Assert.Equal(stores(fresh), stores(again));
        Assert.Equal(Outcome.OfUsers(fresh).Features.Count, Outcome.OfUsers(again).Features.Count);
    }

    [Fact]
    public void A_restore_after_a_topic_was_made_again_takes_nothing_of_the_state_before()
    {
        using var world = Half(changelog: true);
        world.Log.Recreate(world.Topology.Topics.UserEvents.Name);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var @event in UserEvents.Row("u9", 5))
            world.Send(@event);
        Finish(world);
        var before = Users(world, "u9");
        world.LoseDisk();

        Finish(world);

        Assert.Equal(before, Users(world, "u9"));
        Assert.Empty(Users(world, "u3"));
    }

    [Fact]
    public void A_damaged_changelog_record_stops_the_task()
    {
        using var world = Half(changelog: true);
        world.Log.Append(new OutputRecord(Changelog(world, 0).Topic, [1], [0xff, 0xff], [], 0));
        world.LoseDisk();

        var stopped = Assert.Throws<StoreException>(() => Finish(world));

        Assert.Contains("test-users-changelog-0 offset", stopped.Message, StringComparison.Ordinal);
    }

    private static World Half(bool changelog)
    {
        var world = new World();
        if (changelog)
            world.KeepChangelog();
        SendCreatives(world);
        foreach (var user in new[] { "u1", "u2", "u3", "u4" })
        {
            foreach (var @event in UserEvents.Row(user, Before))
                world.Send(@event);
        }
        world.Run(new Step.Poll(11), new Step.Commit(), new Step.Poll(17), new Step.Commit());
        return world;
    }

    private static void SendCreatives(World world)
    {
        for (var c = 0; c < 4; c++)
            world.SendFeatures($"c{c}", version: c, content: c + .5f);
    }

    // More events for old users and a new one, applied by a new instance.
    private static void Finish(World world)
    {
        // Commits take as many turns of the clock as their threads need; append times must not depend on it.
        world.Clock.Advance(TimeSpan.FromMilliseconds(Later - world.Clock.NowMs));
        foreach (var user in new[] { "u1", "u2", "u5" })
        {
            foreach (var @event in UserEvents.Row(user, 40).Skip(Before))
                world.Send(@event);
        }
        world.Run(new Step.Poll(9), new Step.Commit());
    }

    private static void ForgetSource(World world)
    {
        var topic = world.Topology.Topics.UserEvents.Name;
        for (var p = 0; p < World.Partitions; p++)
            world.Log.Trim(new(topic, p), world.Log.Read(new TopicPartition(topic, p)).Count);
    }

    private static TopicPartition Changelog(World world, int partition) => new(world.Topology.ChangelogOf("users"), partition);

    private static List<string> Users(World world, string user) =>
        [.. StoreDump.Rows(world.StateRoot, "users").Where(r => r.Contains($" users {user} ", StringComparison.Ordinal))];
}
