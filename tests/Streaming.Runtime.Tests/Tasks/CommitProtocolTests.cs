using Streaming.Core.Contracts;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Tasks;

public sealed class CommitProtocolTests : IDisposable
{
    private readonly World _world = new();

    public CommitProtocolTests()
    {
        foreach (var @event in UserEvents.Row("u1", 10))
            _world.Send(@event);
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void State_is_not_written_before_every_feature_of_its_epoch_is_delivered()
    {
        _world.Sink.Immediate = false;
        var seen = new List<long>();
        var look = new Step.Do(_ => seen.Add(StoredOffset()));

        _world.Run(
            new Step.Poll(3), new Step.BeginCommit(), look,
            new Step.Deliver(2), new Step.Poll(0), look,
            new Step.Deliver(1), new Step.Commit(), look);

        Assert.Equal([0, 0, 3], seen);
    }

    [Fact]
    public void A_commit_holds_what_was_applied_when_it_began()
    {
        _world.Sink.Immediate = false;
        var stored = -1L;

        // Three records are in the commit; the next two are applied while it waits, and are in flight when the process is killed.
        _world.Run(
            new Step.Poll(3), new Step.BeginCommit(), new Step.Poll(2), new Step.Deliver(3),
            new Step.Do(UntilCommitted(3)),
            new Step.Crash(0), new Step.Do(_ => stored = StoredOffset()));

        Assert.Equal(3, stored);
        Assert.Equal(10, _world.Log.Read("user-features").Count());
    }

    [Fact]
    public void A_failed_delivery_sends_the_task_back_to_its_last_commit()
    {
        _world.Sink.Immediate = false;
        _world.Run(new Step.Poll(4), new Step.Commit(), new Step.Poll(3), new Step.Fail(1), new Step.Commit());

        // 0 to 3, then 5 and 6 without 4, then everything again from the commit at 4.
        Assert.Equal([0, 1, 2, 3, 5, 6, 4, 5, 6, 7, 8, 9], Versions());
        Assert.Equal(10, StoredOffset());
    }

    [Fact]
    public void A_sink_that_throws_is_a_failed_delivery()
    {
        _world.Run(new Step.Poll(4), new Step.Do(_ => _world.Sink.ThrowNext = new InvalidOperationException("no memory for the record")), new Step.Poll(2));

        Assert.Equal(10, StoredOffset());
        Assert.Empty(_world.Log.Read(DeadLetterHeaders.TopicOf("user-events")));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), Versions().Distinct().Order());
    }

    [Fact]
    public void A_re_emitted_tail_is_the_same_bytes()
    {
        _world.Run(new Step.Poll(4), new Step.Commit(), new Step.Poll(5), new Step.Crash(0));

        Assert.Equal(15, Versions().Length);
        Assert.Equal(10, Outcome.OfUsers(_world).Versions.Count);
    }

    [Fact]
    public void A_graceful_stop_commits_everything()
    {
        _world.Run(new Step.Poll(7), new Step.Do(i => i.Stop()));

        Assert.Equal(7, StoredOffset());
        Assert.Equal(7, Versions().Length);
    }

    [Fact]
    public void A_revoked_partition_is_committed_and_reported()
    {
        var reported = -1L;
        _world.Run(
            new Step.Poll(6), new Step.Rebalance(),
            new Step.Do(i => reported = i.Source.CommittedOffsets.Values.Max()), new Step.Do(_ => Assert.Equal(6, StoredOffset())));

        Assert.Equal(6, reported);
        Assert.Equal(10, Versions().Length);
    }

    [Fact]
    public void A_lost_partition_is_not_committed()
    {
        var stored = -1L;
        _world.Run(new Step.Poll(6), new Step.Lose(0), new Step.Do(_ => stored = StoredOffset()));

        Assert.Equal(0, stored);
        Assert.Equal([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], Versions());
    }

    [Fact]
    public void A_store_that_cannot_be_written_stops_the_thread()
    {
        var error = Assert.Throws<StoreException>(() => _world.Run(
            new Step.Poll(3), new Step.Commit(), new Step.Do(_ => Damage("DROP TABLE users")), new Step.Poll(1), new Step.Commit()));

        Assert.Contains("state.db", error.Message, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2, 3], Versions());
    }

    [Fact]
    public void A_stored_value_that_is_damaged_stops_the_thread_and_is_no_fault_of_the_record()
    {
        _world.Run(new Step.Poll(5), new Step.Do(i => i.Stop()));
        Damage("UPDATE users SET value = x'FF'");

        var error = Assert.Throws<StoreException>(() => _world.Run());

        Assert.Contains("u1", error.Message, StringComparison.Ordinal);
        Assert.Empty(_world.Log.Read(DeadLetterHeaders.TopicOf("user-events")));
        Assert.Equal(5, Versions().Length);
    }

    private static Action<Instance> UntilCommitted(long offset) => instance =>
    {
        // The write is on another thread; its end is seen by the task alone, so the file is asked.
        while (StoredOffset(instance.World) < offset)
            Thread.Yield();
    };

    private long[] Versions() => [.. _world.Log.Read("user-features").Select(r => UserFeatures.Parser.ParseFrom(r.Value).Version)];

    private void Damage(string sql)
    {
        foreach (var file in Directory.GetFiles(_world.StateRoot, "state.db", SearchOption.AllDirectories))
            StoreDump.Execute(file, sql);
    }

    private long StoredOffset() => StoredOffset(_world);

    private static long StoredOffset(World world) => Directory.GetFiles(world.StateRoot, "state.db", SearchOption.AllDirectories)
        .SelectMany(f => StoreDump.Query(f, "SELECT name, value FROM identity WHERE name = 'next_offset'"))
        .Select(f => long.Parse(f.Second, System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
}
