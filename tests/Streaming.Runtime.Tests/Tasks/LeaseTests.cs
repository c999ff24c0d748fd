using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Tasks;

/// <summary>Session time-out 10 s, delivery time-out 5 s: publishing is allowed up to 5 s after a poll, and the session ends after 10 s.</summary>
public sealed class LeaseTests : IDisposable
{
    private readonly World _world = new();

    public LeaseTests()
    {
        OneByOne();
        foreach (var @event in UserEvents.Row("u1", 10))
            _world.Send(@event);
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Nothing_is_published_after_a_pause_beyond_the_session_until_the_group_is_joined_again()
    {
        var rejoins = -1;
        var published = -1;
        _world.Run(
            new Step.Poll(2), new Step.Commit(), new Step.Poll(1),
            new Step.Do(_ => _world.Clock.Advance(TimeSpan.FromSeconds(11))), new Step.Poll(3),
            new Step.Do(i => (rejoins, published) = (i.Source.Rejoins, _world.Sink.Published)));

        Assert.Equal(1, rejoins);
        Assert.Equal(3, published);

        // The record that was applied and not committed before the pause comes again.
        Assert.Equal([0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9], Versions());
    }

    [Fact]
    public void A_pause_within_the_session_changes_nothing()
    {
        _world.Run(new Step.Poll(2), new Step.Do(_ => _world.Clock.Advance(TimeSpan.FromSeconds(9))), new Step.Poll(3));

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), Versions());
    }

    [Fact]
    public void A_long_batch_polls_to_renew_its_lease()
    {
        // Three seconds a token: every second feature is computed after the lease has ended, and waits for the poll that renews it.
        _world.Model.Fails = _ => Spend(TimeSpan.FromSeconds(3));
        var renewals = 0;
        var rejoins = 0;
        _world.Run(new Step.Poll(10), new Step.Do(i => (renewals, rejoins) = (i.Source.Renewals, i.Source.Rejoins)));

        Assert.Equal(5, renewals);
        Assert.Equal(0, rejoins);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), Versions());
    }

    [Fact]
    public void A_step_beyond_the_session_ends_the_batch_and_joins_again()
    {
        var pauses = 0;
        _world.Model.Fails = _ => pauses++ == 3 && Spend(TimeSpan.FromSeconds(11));
        var (published, rejoins) = (0, 0);
        _world.Run(
            new Step.Poll(8),
            new Step.Do(i => (published, rejoins) = (_world.Sink.Published, i.Source.Rejoins)),
            new Step.Poll(0),
            new Step.Do(i => rejoins = i.Source.Rejoins - rejoins));

        Assert.Equal(3, published);
        Assert.Equal(1, rejoins);
        // The fourth was applied and not published: the task may not commit it, and begins anew.
        Assert.Equal([0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], Versions());
    }

    [Fact]
    public void Records_left_of_a_batch_are_dropped_when_their_partition_went_and_came_back_meanwhile()
    {
        var slow = true;
        _world.Model.Fails = _ => slow && Spend(TimeSpan.FromSeconds(3));
        _world.Run(
            new Step.Do(i => i.Source.OnRenewal = () =>
            {
                (slow, i.Source.OnRenewal) = (false, null);
                i.Source.LoseAll();
                i.Source.AssignAll();
            }),
            new Step.Poll(8));

        // One was published before the loss; nothing was committed, so the new task begins at 0 and must not jump to 2.
        Assert.Equal([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], Versions());
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(11, false)]
    public void A_batch_that_outlives_the_lease_is_published_only_if_the_session_lives(int seconds, bool lives)
    {
        Batched();
        var slow = true;
        _world.Model.Fails = _ => slow && !(slow = false) && Spend(TimeSpan.FromSeconds(seconds));
        var (published, renewals, rejoins) = (-1, -1, -1);
        _world.Run(
            new Step.Poll(8),
            new Step.Do(i => (published, renewals) = (_world.Sink.Published, i.Source.Renewals)),
            new Step.Poll(0),
            new Step.Do(i => rejoins = i.Source.Rejoins));

        // The poll that renews the lease brings a ninth record.
        Assert.Equal(lives ? (9, 1, 0) : (0, 1, 1), (published, renewals, rejoins));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), Versions());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_batch_that_waits_for_the_lease_goes_with_its_partition(bool lost)
    {
        Batched();
        var slow = true;
        _world.Model.Fails = _ => slow && !(slow = false) && Spend(TimeSpan.FromSeconds(6));
        var published = -1;
        _world.Run(
            new Step.Do(i => i.Source.OnRenewal = () =>
            {
                i.Source.OnRenewal = null;
                if (lost)
                    i.Source.LoseAll();
                else
                    i.Source.RevokeAll();
                published = _world.Sink.Published;
                i.Source.AssignAll();
            }),
            new Step.Poll(8));

        // Nothing of it was published, so nothing of it may have been committed.
        Assert.Equal(0, published);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), Versions());
    }

    private void OneByOne() => _world.UserOptions = _world.UserOptions with { Batch = new BatchOptions { Max = 1 } };

    private void Batched() => _world.UserOptions = _world.UserOptions with { Batch = new BatchOptions() };

    private bool Spend(TimeSpan time)
    {
        _world.Clock.Advance(time);
        return false;
    }

    private long[] Versions() => [.. _world.Log.Read("user-features").Select(r => UserFeatures.Parser.ParseFrom(r.Value).Version)];
}
