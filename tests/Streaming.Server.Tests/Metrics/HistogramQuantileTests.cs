using FsCheck;
using FsCheck.Fluent;
using Streaming.Server.Metrics;

namespace Streaming.Server.Tests.Metrics;

public sealed class HistogramQuantileTests
{
    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.25, 1.0)] // the 10 of the first bucket are a quarter of all 40
    [InlineData(0.5, 1.5)]
    [InlineData(0.75, 2.0)]
    [InlineData(0.8, 4.0)] // above every bound: the highest one is all that is known
    [InlineData(1.0, 4.0)]
    public void A_quantile_is_interpolated_in_its_bucket(double quantile, double expected)
    {
        var buckets = new HistogramBuckets([1, 2, 4], [10, 20, 0, 10]);
        Assert.Equal(expected, HistogramQuantile.Estimate(buckets, quantile), 12);
    }

    [Fact]
    public void Without_measurements_there_is_no_quantile() =>
        Assert.True(double.IsNaN(HistogramQuantile.Estimate(new HistogramBuckets([1, 2], [0, 0, 0]), 0.5)));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_quantile_outside_of_0_to_1_is_refused(double quantile) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => HistogramQuantile.Estimate(new HistogramBuckets([1], [1, 0]), quantile));

    [Fact]
    public void A_change_between_two_states_is_their_difference()
    {
        var earlier = new HistogramBuckets([1, 2], [5, 0, 1]);
        var later = new HistogramBuckets([1, 2], [5, 4, 2]);
        Assert.Equal([0L, 4, 1], later.Since(earlier).Counts);
        Assert.Equal([10L, 4, 3], later.Plus(earlier).Counts);
        Assert.Throws<ArgumentException>(() => later.Since(new HistogramBuckets([1, 3], [5, 0, 1])));
    }

    [Fact]
    public void An_estimate_lies_in_the_bucket_of_the_true_quantile()
    {
        double[] bounds = [10, 20, 50, 100, 200, 500, 1_000];
        Prop.ForAll(
            Gen.Choose(0, 1_000).NonEmptyListOf().ToArbitrary(),
            Gen.Choose(1, 100).ToArbitrary(),
            (values, percent) =>
            {
                long[] counts = new long[bounds.Length + 1];
                foreach (int value in values)
                    counts[Array.FindIndex(bounds, bound => value <= bound)]++;
                double exact = values.Order().ElementAt((int)Math.Ceiling(percent / 100.0 * values.Count) - 1);
                int bucket = Array.FindIndex(bounds, bound => exact <= bound);
                double estimate = HistogramQuantile.Estimate(new HistogramBuckets(bounds, counts), percent / 100.0);
                return estimate <= bounds[bucket] + 1e-9 && estimate >= (bucket > 0 ? bounds[bucket - 1] : 0) - 1e-9;
            }).Check(Config.QuickThrowOnFailure.WithReplay(20_260_101, 1).WithMaxTest(500));
    }
}
