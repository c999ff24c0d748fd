using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Core.Contracts;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Stores;

/// <summary>State of another log is set aside, with the folder kept, and never mixed in.</summary>
public sealed class StateDirectoryTests : IDisposable
{
    private readonly World _world = new();

    public StateDirectoryTests()
    {
        Produce(count: 6, prefix: "first");
        _world.Run();
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void State_of_the_same_log_is_gone_on_with()
    {
        Produce(count: 2, prefix: "more");
        _world.Run();

        Assert.Empty(SetAside());
        Assert.Equal(8, Newest().HistoryLength);
    }

    [Fact]
    public void State_of_another_cluster_is_set_aside()
    {
        _world.ClusterId = "cluster-b";
        _world.Run();

        // The two partitions had a folder each; one of them had no records and so no identity.
        AssertKept(Assert.Single(SetAside()), nextOffset: 6);
        Assert.Equal(6, Newest().HistoryLength);
    }

    [Fact]
    public void State_of_a_topic_that_was_made_again_with_as_many_records_is_set_aside()
    {
        Remake(count: 6);
        _world.Run();

        AssertKept(Assert.Single(SetAside()), nextOffset: 6);
        Assert.Equal(6, Newest().HistoryLength);
    }

    [Fact]
    public void State_ahead_of_the_end_of_its_topic_is_set_aside()
    {
        Remake(count: 2);
        _world.Run();

        AssertKept(Assert.Single(SetAside()), nextOffset: 6);
        Assert.Equal(2, Newest().HistoryLength);
    }

    [Fact]
    public void State_of_another_topic_in_its_folder_is_set_aside()
    {
        var file = Directory.GetFiles(_world.StateRoot, "state.db", SearchOption.AllDirectories)
            .Single(f => StoreDump.Query(f, "SELECT name, value FROM identity").Count > 0);
        StoreDump.Execute(file, "UPDATE identity SET value = 'another-topic' WHERE name = 'topic'");

        _world.Run();

        AssertKept(Assert.Single(SetAside()), nextOffset: 6);
    }

    [Fact]
    public void A_second_process_is_refused()
    {
        using var first = Open();

        var error = Assert.Throws<StoreException>(Open);

        Assert.Contains(_world.StateRoot, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_ended_leaves_the_directory_free()
    {
        Open().Dispose();
        Open().Dispose();
    }

    private StateDirectory Open() => new(_world.StateRoot, "cluster-a", _world.Log, _world.Clock, NullLogger.Instance);

    private void Remake(int count)
    {
        _world.Log.Recreate("user-events");
        Produce(count, prefix: "second");
    }

    private void Produce(int count, string prefix)
    {
        for (var i = 0; i < count; i++)
            _world.Send(UserEvents.Make($"{prefix}-{i}", minute: i));
    }

    private string[] SetAside() => Directory.GetDirectories(Path.Combine(_world.StateRoot, "users"), "*.foreign-*");

    private static void AssertKept(string folder, long nextOffset)
    {
        var kept = StoreDump.Query(Path.Combine(folder, "state.db"), "SELECT name, value FROM identity WHERE name = 'next_offset'");
        Assert.Equal(nextOffset.ToString(System.Globalization.CultureInfo.InvariantCulture), kept.Single().Second);
    }

    private UserFeatures Newest() => UserFeatures.Parser.ParseFrom(_world.Log.Read("user-features").Last().Value);
}
