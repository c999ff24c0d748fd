using Streaming.Models.SemanticIds;

namespace Streaming.Models.Tests.SemanticIds;

public sealed class CodebookMetricsTests
{
    [Fact]
    public void Even_use_gives_full_utilisation_perplexity_of_the_size_and_no_inequality()
    {
        var metrics = CodebookMetrics.Compute([0, 1, 2, 3], layers: 1, size: 4);
        Assert.Equal(0, metrics.Collision);
        Assert.Equal(1, metrics.Levels[0].Utilisation);
        Assert.Equal(4, metrics.Levels[0].Perplexity, 1e-12);
        Assert.Equal(0, metrics.Levels[0].Gini, 1e-12);
    }

    [Fact]
    public void All_rows_on_one_code_collapse()
    {
        var metrics = CodebookMetrics.Compute([2, 2, 2, 2, 2], layers: 1, size: 4);
        Assert.Equal(0.8, metrics.Collision, 1e-12);
        Assert.Equal(0.25, metrics.Levels[0].Utilisation);
        Assert.Equal(1, metrics.Levels[0].Perplexity, 1e-12);
        Assert.Equal(0.75, metrics.Levels[0].Gini, 1e-12);
    }

    [Fact]
    public void Two_levels_are_measured_each_and_their_pairs_collide()
    {
        // Rows (0,0) (0,0) (0,1) (1,0): 3 distinct of 4. Level 0 counts 3,1,0; level 1 counts 3,1,0.
        var metrics = CodebookMetrics.Compute([0, 0, 0, 0, 0, 1, 1, 0], layers: 2, size: 3);
        Assert.Equal((4, 3), (metrics.Rows, metrics.UniqueIds));
        Assert.Equal(0.25, metrics.Collision, 1e-12);
        foreach (var level in metrics.Levels)
        {
            Assert.Equal(2.0 / 3, level.Utilisation, 1e-12);
            // exp(−¾ ln ¾ − ¼ ln ¼) = 4 / 3^0.75
            Assert.Equal(4 / Math.Pow(3, 0.75), level.Perplexity, 1e-12);
            // Ascending 0, 1, 3: (−2·0 + 0·1 + 2·3) / (3·4) = 1/2
            Assert.Equal(0.5, level.Gini, 1e-12);
        }
    }

    [Fact]
    public void Order_of_the_codes_distinguishes_ids() =>
        Assert.Equal(2, CodebookMetrics.Compute([0, 1, 1, 0], layers: 2, size: 2).UniqueIds);

    [Fact]
    public void Broken_codes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => CodebookMetrics.Compute([], 1, 2));
        Assert.Throws<ArgumentException>(() => CodebookMetrics.Compute([0, 1, 0], 2, 2));
        Assert.Throws<ArgumentException>(() => CodebookMetrics.Compute([0, 2], 2, 2));
        Assert.Throws<ArgumentException>(() => CodebookMetrics.Compute([0, -1], 2, 2));
    }
}
