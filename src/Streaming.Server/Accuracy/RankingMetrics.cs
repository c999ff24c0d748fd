namespace Streaming.Server.Accuracy;

/// <summary>Means over targets: HR@10, the share whose rank is at most 10, and NDCG@10, the mean of 1/log2(rank + 1) where it is and 0 where not.</summary>
/// <param name="Hr10">Among all items.</param>
/// <param name="Ndcg10">Among all items.</param>
/// <param name="Hr10Unseen">Without the items that the user had met before.</param>
/// <param name="Ndcg10Unseen">Without the items that the user had met before.</param>
public readonly record struct RankingMetrics(double Hr10, double Ndcg10, double Hr10Unseen, double Ndcg10Unseen)
{
    private const int Depth = 10;

    /// <summary>The metrics of ranks; all 0 for none.</summary>
    public static RankingMetrics Of(IReadOnlyCollection<Rank> ranks)
    {
        int count = Math.Max(1, ranks.Count);
        return new(
            ranks.Count(r => r.All <= Depth) / (double)count,
            ranks.Sum(r => Gain(r.All)) / count,
            ranks.Count(r => r.Unseen <= Depth) / (double)count,
            ranks.Sum(r => Gain(r.Unseen)) / count);
    }

    private static double Gain(int rank) => rank <= Depth ? 1 / Math.Log2(rank + 1) : 0;
}
