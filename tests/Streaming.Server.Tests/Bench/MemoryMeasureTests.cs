using System.Numerics.Tensors;
using Streaming.Memory.Search;
using Streaming.Server.Bench.Memory;

namespace Streaming.Server.Tests.Bench;

public sealed class MemoryMeasureTests
{
    [Fact]
    public void Recall_is_the_share_of_true_neighbours_found()
    {
        IReadOnlyList<Neighbour> found = [Entry(1), Entry(2), Entry(9), Entry(8)];
        Assert.Equal(0.5, Recall.Of([found], [[1, 2, 3, 4]]));
    }

    [Fact]
    public void Exact_neighbours_are_the_rows_of_the_greatest_dot_products()
    {
        var mixture = new Mixture(16, 1, centres: 1, draws: 2);
        var (rows, queries) = (mixture.Take(3_001), mixture.Take(40));
        var truth = ExactNeighbours.Of(rows, queries, 10, CancellationToken.None);
        for (var query = 0; query < queries.Count; query++)
        {
            var wanted = Enumerable.Range(0, rows.Count).OrderByDescending(row => TensorPrimitives.Dot<float>(rows[row], queries[query])).Take(10);
            Assert.Equal(wanted.Order(), truth[query].Order());
        }
    }

    [Fact]
    public void A_mixture_is_made_of_unit_vectors_near_its_centres()
    {
        var (first, same, other) = (Take(centres: 1, draws: 1), Take(centres: 1, draws: 2), Take(centres: 2, draws: 1));
        Assert.All(Enumerable.Range(0, first.Count), row => Assert.Equal(1, TensorPrimitives.Norm<float>(first[row]), 1e-5));
        Assert.True(NearestMean(first, same) > NearestMean(first, other) + 0.1, $"{NearestMean(first, same)} and {NearestMean(first, other)}");
    }

    [Fact]
    public void Quantiles_are_of_single_searches_and_rates_of_passes()
    {
        var times = new SearchTimes();
        for (var pass = 0; pass < 3; pass++)
            times.Pass(10, query => Thread.SpinWait(query == 9 ? 2_000_000 : 100));
        Assert.True(times.QuantileMs(0.99) > 10 * times.QuantileMs(0.5));
        Assert.True(times.PerSecond < 1e3 / times.QuantileMs(0.5), "one search of ten is slow, so a pass is slower than its median search");
        Assert.Equal(30, times.Count);
    }

    private static VectorTable Take(int centres, int draws) => new Mixture(32, 0.1, centres, draws).Take(2_000);

    private static double NearestMean(VectorTable rows, VectorTable queries) =>
        ExactNeighbours.Of(rows, queries, 1, CancellationToken.None).Select((nearest, query) => (double)TensorPrimitives.Dot<float>(rows[nearest[0]], queries[query])).Average();

    private static Neighbour Entry(int number) => new(MemoryWriter.Id(number), 1, new Dictionary<string, string>(), 0);
}
