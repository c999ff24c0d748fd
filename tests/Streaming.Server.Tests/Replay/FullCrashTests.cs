using Xunit.Abstractions;

namespace Streaming.Server.Tests.Replay;

/// <summary>ml-latest-small on a real broker, undisturbed and killed.</summary>
public sealed class FullCrashTests(RealKafkaFixture kafka, ITestOutputHelper output) : IClassFixture<RealKafkaFixture>
{
    [RealKafkaAndDataFact]
    public async Task MovieLens_gives_the_same_digest_on_a_real_broker()
    {
        using var place = new ReplayPlace(kafka.BootstrapServers);
        await FullDataSet.AssertCompleteAsync(await place.RunAsync(FullDataSet.Folder));
    }

    [RealKafkaAndDataFact]
    public async Task MovieLens_gives_the_same_digest_after_a_kill_at_a_random_moment()
    {
        var random = SeededRandom.Create(output);
        using var place = new ReplayPlace(kafka.BootstrapServers);
        await place.RunAndKillAsync(FullDataSet.Folder, place.UserFeatures, random.Next(1, FullDataSet.Ratings * 3 / 4));
        await FullDataSet.AssertCompleteAsync(await place.RunAsync(FullDataSet.Folder));
    }
}
