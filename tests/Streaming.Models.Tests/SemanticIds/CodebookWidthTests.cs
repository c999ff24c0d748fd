using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.SemanticIds;
using Streaming.TestSupport;

namespace Streaming.Models.Tests.SemanticIds;

public sealed class CodebookWidthTests
{
    private static readonly SimdWidth[] Widths = [SimdWidth.Portable, SimdWidth.Vector256, SimdWidth.Vector512];

    [Fact]
    public void Every_register_width_gives_the_codes_of_a_naive_loop()
    {
        Prop.ForAll(Shapes().ToArbitrary(), shape => Widths.All(width => Same(shape, width))).QuickCheckThrowOnFailure(seed: 20260201, maxTest: 200);

        static bool Same(Shape shape, SimdWidth width)
        {
            var codes = new int[shape.Codebook.Layers];
            shape.Codebook.With(width).Assign(shape.Embedding, codes);
            return codes.SequenceEqual(NaiveAssignment.Codes(shape.Codebook, shape.Embedding));
        }
    }

    [Fact]
    public void A_planted_error_of_one_bias_is_seen_by_the_naive_loop()
    {
        // If the two could not disagree, the property above would say nothing.
        var info = new CodebookInfo("v", "e", "random", 1, 3, 2);
        var right = new Codebook(info, [0, 0, 1, 0, 0, 1], [0, 0, 0.5f]);
        var wrong = new Codebook(info, [0, 0, 1, 0, 0, 1], [0, 0, 0]);
        var codes = new int[1];
        wrong.Assign([0, 0.7f], codes);
        Assert.NotEqual(NaiveAssignment.Codes(right, [0, 0.7f]), codes);
    }

    [Theory]
    [InlineData(SimdWidth.Portable)]
    [InlineData(SimdWidth.Vector256)]
    [InlineData(SimdWidth.Vector512)]
    public void Assignment_with_everything_allocates_nothing(SimdWidth width)
    {
        var shape = Shape.Draw(seed: 3, size: 70, dimension: 32, biases: true, normalise: true, projection: true, integers: false);
        var codebook = shape.Codebook.With(width);
        var codes = new int[codebook.Layers];
        Assert.Equal(0, Allocations.Of(() => codebook.Assign(shape.Embedding, codes)));
    }

    private static Gen<Shape> Shapes() =>
        from seed in Gen.Choose(0, int.MaxValue)
        from size in Gen.Choose(2, 200)
        from dimension in Gen.Choose(1, 40)
        from flags in Gen.Choose(0, 15)
        select Shape.Draw(seed, size, dimension, (flags & 1) > 0, (flags & 2) > 0, (flags & 4) > 0, (flags & 8) > 0);

    private sealed record Shape(Codebook Codebook, float[] Embedding)
    {
        // Coordinates that are small integers make equal distances common.
        public static Shape Draw(int seed, int size, int dimension, bool biases, bool normalise, bool projection, bool integers)
        {
            var random = new Random(seed);
            var latent = projection ? random.Next(1, 20) : dimension;
            var hidden = random.Next(1, 50);
            var network = projection ? new CodebookProjection([(Numbers(hidden * dimension), Numbers(hidden)), (Numbers(latent * hidden), Numbers(latent))]) : null;
            var info = new CodebookInfo("v", "e", "random", 3, size, dimension) { NormaliseResiduals = normalise };
            var prices = biases ? Numbers(3 * size).Select(Math.Abs).ToArray() : [];
            return new Shape(new Codebook(info, Numbers(3 * size * latent), prices, network), Numbers(dimension));

            float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => integers ? random.Next(-2, 3) : (random.NextSingle() * 2) - 1)];
        }

        public override string ToString() => $"{Codebook.Info}, {Codebook.Biases.Length} biases, projection {Codebook.Projection?.Outputs}";
    }
}
