using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.SemanticIds;
using Streaming.TestSupport;

namespace Streaming.Models.Tests.SemanticIds;

public sealed class CodebookTests
{
    private static readonly CodebookInfo Tiny = new("v1", "encoder-1", "by-hand", Layers: 2, Size: 2, Dimension: 2);

    private static readonly float[] TinyCentroids = [0, 0, 4, 0, -1, 0, 1, 0];

    [Fact]
    public void Second_code_quantises_what_the_first_left_over()
    {
        var codebook = new Codebook(Tiny, TinyCentroids);
        Assert.Equal([1, 0], Assign(codebook, [3, 0]));
        Assert.Equal([0, 1], Assign(codebook, [0.5f, 0.5f]));
    }

    [Fact]
    public void Of_equally_near_centroids_the_lowest_code_wins()
    {
        var codebook = new Codebook(Tiny, TinyCentroids);
        Assert.Equal([0, 1], Assign(codebook, [2, 0]));
        Assert.Equal([0, 0], Assign(codebook, [0, 0]));
    }

    [Fact]
    public void Codes_equal_a_scalar_search_for_any_shape_and_for_ties()
    {
        // Coordinates are small integers, so that equal distances are common; sizes are not multiples of a vector.
        var shapes = from seed in Gen.Choose(0, int.MaxValue)
                     from size in Gen.Choose(2, 200)
                     from dimension in Gen.Choose(1, 40)
                     from integers in Gen.Elements(true, false)
                     select (seed, size, dimension, integers);
        Prop.ForAll(shapes.ToArbitrary(), shape => Holds(shape.seed, shape.size, shape.dimension, shape.integers))
            .QuickCheckThrowOnFailure(seed: 20260104, maxTest: 300);

        static bool Holds(int seed, int size, int dimension, bool integers)
        {
            var random = new Random(seed);
            float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => integers ? random.Next(-2, 3) : random.NextSingle() * 2 - 1)];
            var centroids = Draw(3 * size * dimension);
            var codebook = new Codebook(new CodebookInfo("v", "e", "random", 3, size, dimension), centroids);
            var embedding = Draw(dimension);
            return Assign(codebook, embedding).SequenceEqual(ScalarAssign(centroids, embedding, 3, size));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(3e38f)]
    public void Embedding_without_a_finite_distance_is_refused(float value) =>
        Assert.Throws<ArgumentException>(() => Assign(new Codebook(Tiny, TinyCentroids), [0, value]));

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        var codebook = new Codebook(Tiny, TinyCentroids);
        Assert.Throws<ArgumentException>(() => codebook.Assign(new float[3], new int[2]));
        Assert.Throws<ArgumentException>(() => codebook.Assign(new float[2], new int[1]));
    }

    [Fact]
    public void Broken_centroids_are_refused()
    {
        Assert.Contains("need 8", Assert.Throws<ArgumentException>(() => new Codebook(Tiny, new float[7])).Message, StringComparison.Ordinal);
        Assert.Contains("Number 5", Assert.Throws<ArgumentException>(() => new Codebook(Tiny, [0, 0, 0, 0, 0, float.NaN, 0, 0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_violation_of_the_info_is_reported()
    {
        var message = Assert.Throws<ArgumentException>(() => new Codebook(new CodebookInfo("", " ", "", 9, 1, 0), [])).Message;
        Assert.All(
            ["codebook_version", "encoder_version", "method", "layers is 9", "size is 1", "dimension is 0"],
            expected => Assert.Contains(expected, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Assignment_allocates_nothing()
    {
        var codebook = new Codebook(Tiny, TinyCentroids);
        float[] embedding = [1, 2];
        var codes = new int[2];

        Assert.Equal(0, Allocations.Of(() => codebook.Assign(embedding, codes)));
    }

    private static int[] Assign(Codebook codebook, float[] embedding)
    {
        var codes = new int[codebook.Layers];
        codebook.Assign(embedding, codes);
        return codes;
    }

    private static int[] ScalarAssign(float[] centroids, float[] embedding, int layers, int size)
    {
        var residual = (float[])embedding.Clone();
        var codes = new int[layers];
        for (var layer = 0; layer < layers; layer++)
        {
            var nearest = Enumerable.Range(0, size).MinBy(code => Distance(residual, Centroid(layer, code)));
            codes[layer] = nearest;
            residual = [.. residual.Zip(Centroid(layer, nearest), (value, centre) => value - centre)];
        }
        return codes;

        float[] Centroid(int layer, int code) => centroids[((layer * size + code) * embedding.Length)..((layer * size + code + 1) * embedding.Length)];

        static float Distance(float[] a, float[] b)
        {
            var sum = 0f;
            for (var d = 0; d < a.Length; d++)
                sum += (a[d] - b[d]) * (a[d] - b[d]);
            return sum;
        }
    }
}
