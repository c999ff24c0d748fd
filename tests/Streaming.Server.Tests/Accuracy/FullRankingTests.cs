using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

public sealed class FullRankingTests
{
    // The user meets the films 1, 2 and 1 again, and then film 3: item 2.
    private static readonly SequenceLog Log = SmallLog.Of(5, (1, 1, 1_000_000_000), (1, 2, 1_000_000_001), (1, 1, 1_000_000_002), (1, 3, 1_000_000_003));
    private static readonly Target Last = new(0, 3);

    [Theory]
    [InlineData(new[] { 1f, 2, 9, 3, 4 }, 1, 1)]
    [InlineData(new[] { 8f, 2, 5, 6, 4 }, 3, 2)] // item 0 was met
    [InlineData(new[] { 8f, 7, 5, 4, 4 }, 3, 1)] // items 0 and 1 were met, item 0 twice
    [InlineData(new[] { 1f, 1, 1, 1, 1 }, 5, 3)] // every tie stands before the target
    [InlineData(new[] { 0f, 5, 5, 5, 0 }, 3, 2)]
    public void The_rank_counts_items_of_the_same_score_and_leaves_out_what_was_met(float[] scores, int all, int unseen) =>
        Assert.Equal(new Rank(all, unseen), new FullRanking(Log, Vectors(5, _ => 1)).Of(Last, scores));

    [Fact]
    public void A_target_that_was_met_before_stays_in_the_ranking() =>
        Assert.Equal(new Rank(2, 1), new FullRanking(Log, Vectors(5, _ => 1)).Of(new(0, 2), [5, 6, 1, 1, 1]));

    [Fact]
    public void Scores_are_dot_products_with_the_user_embedding()
    {
        // Along (cos x, sin x), the items lie at 0, 10, 20, 30 and 40 degrees.
        float[] rows = [.. Enumerable.Range(0, 5).SelectMany(i => At(i * 10))];
        var ranking = new FullRanking(Log, new ItemVectors(rows, 2));
        Assert.Equal(new Rank(1, 1), ranking.ByEmbedding(Last, At(21)));
        Assert.Equal(new Rank(3, 1), ranking.ByEmbedding(Last, At(1)));
        Assert.Equal(new Rank(3, 3), ranking.ByEmbedding(Last, At(60)));
    }

    [Fact]
    public void Items_with_equal_vectors_tie_wherever_they_lie()
    {
        var random = new Random(3);
        float[] vector = [.. Enumerable.Range(0, 61).Select(_ => random.NextSingle() - 0.5f)];
        var items = new ItemVectors([.. Enumerable.Repeat(vector, 5).SelectMany(v => v)], 61);
        float[] user = [.. Enumerable.Range(0, 61).Select(_ => random.NextSingle() - 0.5f)];
        Assert.Equal(new Rank(5, 3), new FullRanking(Log, items).ByEmbedding(Last, user));
    }

    private static float[] At(double degrees) => [(float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180)];

    private static ItemVectors Vectors(int count, Func<int, float> value) => new([.. Enumerable.Range(0, count).Select(value)], 1);
}
