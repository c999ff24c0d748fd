using Confluent.Kafka;

namespace Streaming.Server.Tests.Replay;

/// <summary>State that belongs to another cluster or to another topic of the same name is never mixed in.</summary>
public sealed class ForeignStateTests(RealKafkaFixture kafka) : IClassFixture<RealKafkaFixture>
{
    private const int TasksWithState = 8;

    [RealKafkaFact]
    public async Task State_of_another_cluster_is_set_aside_with_both_names_and_rebuilt()
    {
        using var place = new ReplayPlace(kafka.BootstrapServers);
        using var state = new TestDirectory();
        await ReplaySummary.OfAsync(SmallDataSet.Second.Folder, "--prefix", place.Prefix, "--state-dir", state.Path);

        var summary = await place.RunAsync(SmallDataSet.First.Folder, state.Path);

        Assert.Equal((await SmallDataSet.First.ReferenceAsync()).Digest, summary.Digest);
        Assert.Equal(TasksWithState, Mentions(summary, "it belongs to cluster"));
        if (kafka.ClusterId is { } id)
            Assert.Equal(TasksWithState, Mentions(summary, $"this is cluster '{id}'"));
        var aside = new TaskStates(Path.Combine(state.Path, place.Prefix + "ads")).SetAside;
        Assert.Equal(TasksWithState, aside.Count);
        Assert.All(aside, folder => Assert.Contains($"The old state is kept in {folder}", summary.Error, StringComparison.Ordinal));
    }

    [RealKafkaFact]
    public async Task State_of_a_topic_that_was_deleted_and_made_again_is_set_aside_and_rebuilt()
    {
        using var place = new ReplayPlace(kafka.BootstrapServers);
        using var otherState = new TestDirectory();
        await place.RunAsync(SmallDataSet.First.Folder);
        await DeleteTopicsAsync(place);

        // The topics are made again by the start, so they are shorter than what was applied.
        var shorter = await place.RunAsync(SmallDataSet.Second.Folder);

        Assert.Equal((await SmallDataSet.Second.ReferenceAsync()).Digest, shorter.Digest);
        Assert.Equal(TasksWithState, Mentions(shorter, "the topic was made again"));

        await DeleteTopicsAsync(place);
        await place.RunAsync(SmallDataSet.First.Folder, otherState.Path);

        // Now they are as long as before, and other records are at the same offsets.
        var asLong = await place.RunAsync(SmallDataSet.First.Folder);

        Assert.Equal((await SmallDataSet.First.ReferenceAsync()).Digest, asLong.Digest);
        Assert.Equal(TasksWithState, Mentions(asLong, "the topic was made again"));
        Assert.Contains("is not the one it has applied", asLong.Error, StringComparison.Ordinal);
        Assert.Equal(2 * TasksWithState, place.State.SetAside.Count);
    }

    // Of tasks with state; snapshots of the memory are refused for the same reasons, in lines of their own.
    private static int Mentions(ReplaySummary summary, string text) =>
        summary.Error.Split('\n').Count(l => l.Contains(text, StringComparison.Ordinal) && l.Contains("The old state is kept in", StringComparison.Ordinal));

    private async Task DeleteTopicsAsync(ReplayPlace place)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await admin.DeleteTopicsAsync(Topics());
        await Eventually.HoldsAsync($"no topic is called {place.Prefix}...", () => Topics().Count == 0);

        List<string> Topics() =>
            [.. admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Select(t => t.Topic).Where(t => t.StartsWith(place.Prefix, StringComparison.Ordinal))];
    }
}
