using Streaming.Core.Contracts;
using Streaming.Core.Partitioning;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tests.Fakes;
using Streaming.Runtime.Users;

namespace Streaming.Runtime.Tests.Tasks;

public sealed class StreamThreadTests : IDisposable
{
    private readonly World _world = new();
    private readonly TopicPartition _partition;

    public StreamThreadTests() => _partition = UserEvents.Row("u1", 6).Select(_world.Send).ToArray()[0].Source;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_question_is_answered_between_two_polls()
    {
        Task<IReadOnlyList<HistoryToken>?>? answer = null;
        _world.Run(new Step.Poll(4), new Step.Do(i => answer = i.Thread.AskAsync(_partition, p => ((UserProcessor)p).RecentHistory("u1", 2), default)));

        Assert.Equal(UserEvents.Row("u1", 6).Reverse().Take(2).Select(e => e.EventTimeMs), (await answer!)!.Select(t => t.EventTimeMs));
    }

    [Fact]
    public async Task A_question_about_a_partition_of_another_member_has_no_answer()
    {
        Task<object?>? answer = null;
        _world.Run(new Step.Do(i => answer = i.Thread.AskAsync(new("user-events", 99), _ => new object(), default)));

        Assert.Null(await answer!);
    }

    [Fact]
    public async Task A_question_that_throws_fails_its_asker_and_not_the_thread()
    {
        Task<object?>? answer = null;
        _world.Run(new Step.Do(i => answer = i.Thread.AskAsync<object>(_partition, _ => throw new InvalidOperationException("asked badly"), default)));

        Assert.Equal(6, _world.Log.Read("user-features").Count());
        await Assert.ThrowsAsync<InvalidOperationException>(() => answer!);
    }

    [Fact]
    public void Positions_show_position_commit_and_end()
    {
        _world.Run(new Step.Poll(2), new Step.Commit(), new Step.Poll(3), new Step.Do(instance =>
        {
            var position = instance.Thread.Positions.Single(p => p.Partition == _partition);
            Assert.Equal((5, 2, 6, 1), (position.Position, position.Committed, position.End, position.Lag));
        }));
    }

    [Fact]
    public void A_thread_whose_store_failed_can_be_disposed_and_gives_its_files_back()
    {
        // Two events are applied and not committed when the next user cannot be read.
        var neighbour = Enumerable.Range(2, 100).Select(i => $"u{i}").First(u => Murmur2.Partition(u, World.Partitions) == _partition.Partition);
        _world.Log.Recreate("user-events");
        foreach (var (user, minute) in new[] { ("u1", 0), ("u1", 1), (neighbour, 2) })
            _world.Send(UserEvents.Make($"e{minute}", user, minute: minute));
        var instance = new Instance(_world, new Queue<Step>([new Step.Poll(2), new Step.Do(_ => Damage()), new Step.Poll(1)]));
        Assert.Throws<StoreException>(() => instance.Run());

        instance.Dispose();

        // Everything is closed and nothing of the two events was kept: they come again.
        _world.Run();
        Assert.Equal([0L, 1L, 0L, 1L, 2L], _world.Log.Read("user-features").Select(r => UserFeatures.Parser.ParseFrom(r.Value).Version));
    }

    private void Damage()
    {
        foreach (var file in Directory.GetFiles(_world.StateRoot, "state.db", SearchOption.AllDirectories))
            StoreDump.Execute(file, "DROP TABLE users");
    }
}
