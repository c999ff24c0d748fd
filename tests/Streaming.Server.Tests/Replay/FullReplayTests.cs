using Streaming.Server.Tests.Workloads;

namespace Streaming.Server.Tests.Replay;

/// <summary>ml-latest-small on the built-in cluster.</summary>
public sealed class FullReplayTests
{
    [RealDataFact(FullDataSet.Name)]
    public async Task MovieLens_gives_one_version_an_event_and_a_feature_for_every_film_and_twice_the_same_digest()
    {
        await FullDataSet.AssertCompleteAsync(await FullDataSet.ReferenceAsync());
        await FullDataSet.AssertCompleteAsync(await ReplaySummary.OfAsync(FullDataSet.Folder));
    }
}
