using Xunit.Abstractions;

namespace Streaming.Server.Tests.Replay;

/// <summary>Kill −9 at random moments of a replay on a real broker, and a start with the same state.</summary>
public sealed class CrashTests(RealKafkaFixture kafka, ITestOutputHelper output) : IClassFixture<RealKafkaFixture>
{
    [RealKafkaFact]
    public async Task Applying_records_twice_is_seen_in_the_digest()
    {
        var random = SeededRandom.Create(output);
        using var place = new ReplayPlace(kafka.BootstrapServers, commitInterval: "50ms");
        await place.RunAndKillAsync(SmallDataSet.First.Folder, place.UserFeatures, random.Next(4_000, 9_000));

        var twice = place.State.PlantDoubleApply();

        var summary = await place.RunAsync(SmallDataSet.First.Folder);
        output.WriteLine($"{twice} records applied twice");
        Assert.True(twice > 0, "nothing was committed before the kill, so nothing was planted");
        Assert.Equal(SmallDataSet.Ratings, summary.UserFeatures);
        Assert.NotEqual((await SmallDataSet.First.ReferenceAsync()).Digest, summary.Digest);
    }

    [RealKafkaFact]
    public async Task A_replay_that_is_killed_three_times_and_reads_records_again_ends_with_the_same_features()
    {
        var random = SeededRandom.Create(output);
        using var place = new ReplayPlace(kafka.BootstrapServers);
        await place.RunAndKillAsync(SmallDataSet.First.Folder, place.CreativeFeatures, random.Next(20, SmallDataSet.Films));
        await place.RunAndKillAsync(SmallDataSet.First.Folder, place.UserFeatures, random.Next(1, 6_000));
        var already = place.Progress.End(place.UserFeatures);
        await place.RunAndKillAsync(SmallDataSet.First.Folder, place.UserFeatures, already + random.Next(1, 3_000));
        output.WriteLine($"{place.State.SetOffsetsBack()} committed records are read again");

        var summary = await place.RunAsync(SmallDataSet.First.Folder);

        Assert.Equal((await SmallDataSet.First.ReferenceAsync()) with { Error = "" }, summary with { Error = "" });
    }
}
