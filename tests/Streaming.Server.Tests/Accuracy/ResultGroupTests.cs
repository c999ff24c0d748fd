using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

public sealed class ResultGroupTests
{
    [Fact]
    public void The_best_mean_validation_among_unseen_items_comes_first_whatever_the_test_says()
    {
        // The test, and the validation among all items, would each turn the order around; "one" has the best seed but not the best mean.
        BatchResult[] results = [Run("worst", 1, 0.01, 0.9), Run("one", 1, 0.05, 0.5), Run("one", 2, 0.01, 0.5), Run("best", 2, 0.04, 0.1), Run("best", 1, 0.03, 0.1)];
        var groups = ResultGroup.Of("amazon-beauty", results);
        Assert.Equal(["best", "one", "worst"], groups.Select(g => g.Variant));
        Assert.Equal([1, 2], groups[0].Runs.Select(r => r.Seed));
        Assert.Equal(0.035, groups[0].Validation!.Value, 1e-12);
    }

    [Fact]
    public void What_ships_for_beauty_is_what_validation_chose()
    {
        var hstu = ResultGroup.Of("amazon-beauty", BatchResult.ReadAll(RepositoryFiles.PathOf("docs/accuracy"))).Where(g => g.Model == "hstu").ToList();
        var shipped = Assert.Single(hstu, g => g.Shipped);
        // One lucky seed is no choice: variants are compared by three.
        Assert.Equal(hstu.Where(g => g.Runs.Count >= 3).MaxBy(g => g.Validation)!.Variant, shipped.Variant);
        Assert.Equal(shipped.Runs.Max(r => r.ValidNdcg10Unseen), Assert.Single(shipped.Runs, r => r.Shipped).ValidNdcg10Unseen);
    }

    private static BatchResult Run(string variant, int seed, double validation, double test) => new()
    {
        Dataset = "amazon-beauty",
        Model = "hstu",
        Variant = variant,
        Seed = seed,
        Hr10 = test,
        Ndcg10 = test,
        Hr10Unseen = test,
        Ndcg10Unseen = test,
        ValidNdcg10 = 1 - validation,
        ValidNdcg10Unseen = validation,
    };
}
