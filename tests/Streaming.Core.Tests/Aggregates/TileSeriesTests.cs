using FsCheck.Fluent;
using Streaming.Core.Aggregates;

namespace Streaming.Core.Tests.Aggregates;

public sealed class TileSeriesTests
{
    /// <summary>The law: a total is the plain sum over the events whose tile is in the window that ends with the newest tile.</summary>
    [Fact]
    public void A_total_equals_the_sum_over_the_events_of_the_window()
    {
        var events = Gen.ListOf(from tile in Gen.Choose(0, 200) from value in Gen.Choose(-9, 9) select (Tile: (long)tile, Value: (double)value));

        Prop.ForAll(events.ToArbitrary(), list =>
        {
            var series = new TileSeries();
            var newest = 0L;
            for (var i = 0; i < list.Count; i++)
            {
                newest = Math.Max(newest, list[i].Tile);
                series.Add(list[i].Tile, list[i].Value, newest);

                // Small integers: every sum is exact, so the order does not matter.
                var expected = list.Take(i + 1).Where(e => e.Tile > newest - TileSeries.TilesPerWindow).Sum(e => e.Value);
                Assert.Equal(expected, series.Total(newest));
                Assert.InRange(series.Tiles.Count, 0, TileSeries.TilesPerWindow + 1);
                Assert.Equal(series.Tiles.Select(t => t.Tile).Distinct().Order(), series.Tiles.Select(t => t.Tile));
            }
        }).QuickCheckThrowOnFailure(seed: 20260401);
    }

    [Fact]
    public void The_window_moves_without_new_events()
    {
        var series = new TileSeries();
        series.Add(10, 2, 10);

        Assert.Equal(2, series.Total(69));
        Assert.Equal(0, series.Total(70));
    }

    [Theory]
    [InlineData(3_600_000, 60_000)]
    [InlineData(1000, 16)]
    [InlineData(1, 1)]
    public void A_tile_is_a_sixtieth_of_the_window(int windowMs, long tileMs) => Assert.Equal(tileMs, TileSeries.TileMs(TimeSpan.FromMilliseconds(windowMs)));
}
