using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

public sealed class RankingMetricsTests
{
    [Fact]
    public void Hits_and_gains_are_means_over_all_targets()
    {
        var metrics = RankingMetrics.Of([new(1, 1), new(3, 1), new(11, 10), new(500, 400)]);
        Assert.Equal(0.5, metrics.Hr10);
        Assert.Equal((1 + 0.5) / 4, metrics.Ndcg10, 1e-12); // 1/log2(2) and 1/log2(4)
        Assert.Equal(0.75, metrics.Hr10Unseen);
        Assert.Equal((1 + 1 + (1 / Math.Log2(11))) / 4, metrics.Ndcg10Unseen, 1e-12);
    }

    [Fact]
    public void No_targets_give_nothing() => Assert.Equal(default, RankingMetrics.Of([]));
}
