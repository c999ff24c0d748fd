using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.Hstu;
using Streaming.Models.Numerics;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Hstu;

/// <summary>A random model and random histories, all from one printed line.</summary>
public sealed record HstuCase(int Layers, int Width, int Heads, int HeadWidth, int Window, int ContentWidth, int OutputWidth, bool TimeBias, int Seed, HstuTimeAnchor Anchor = HstuTimeAnchor.Self)
{
    /// <summary>Of float32.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Of K/V in bf16. Measured over 300 cases: median .0015, largest .026, where float32 has 4e-7 and 4e-6.</summary>
    public const double Bf16Tolerance = 0.05;

    /// <summary>Of K/V in fp8. Measured over 300 cases: median .019, largest .41; these weights are made to show errors.</summary>
    public const double Fp8Tolerance = 0.6;

    // Widths below 8 make a layer norm over a few almost equal numbers, which amplifies float32 rounding beyond any fixed tolerance.
    private static readonly Gen<HstuCase> Cases =
        from layers in Gen.Choose(1, 3)
        from width in Gen.Choose(8, 40)
        from heads in Gen.Choose(1, 3)
        from headWidth in Gen.Choose(8, 40)
        from window in Gen.Choose(1, 40)
        from contentWidth in Gen.Choose(1, 40)
        from outputWidth in Gen.Choose(4, 40)
        from timeBias in Gen.Elements(true, false)
        from seed in Gen.Choose(0, int.MaxValue)
        from anchor in Gen.Elements(HstuTimeAnchor.Self, HstuTimeAnchor.Next)
        select new HstuCase(layers, width, heads, headWidth, window, contentWidth, outputWidth, timeBias, seed, anchor);

    /// <summary>Checks the law on random cases with a fixed seed; a failure prints the seed and the case.</summary>
    public static void Check(Func<HstuCase, bool> law, int cases = 40) =>
        Prop.ForAll(Cases.ToArbitrary(), law).Check(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20_240_227, 11));

    public static double ToleranceOf(HstuKvPrecision precision) => precision switch
    {
        HstuKvPrecision.Bf16 => Bf16Tolerance,
        HstuKvPrecision.Fp8 => Fp8Tolerance,
        _ => Tolerance,
    };

    public HstuConfig Shape() => new()
    {
        Layers = Layers,
        Width = Width,
        Heads = Heads,
        HeadWidth = HeadWidth,
        Window = Window,
        ContentWidth = ContentWidth,
        OutputWidth = OutputWidth,
        TimeBias = TimeBias,
        TimeAnchor = Anchor,
        Actions = ["impression", "click", "install"],
    };

    /// <summary>Weights large enough that every term of the formulas matters.</summary>
    /// <param name="projectionScale">Factor on W_uvqk.</param>
    public HstuModel Model(double projectionScale = 1)
    {
        var random = new SeededRandom((ulong)Seed);
        var tensors = HstuTensors.Shapes(Shape()).Select(entry =>
        {
            var (name, shape) = entry;
            var scale = Scale(name, shape, projectionScale);
            var values = new float[shape.Aggregate(1, (cells, length) => cells * length)];
            for (var i = 0; i < values.Length; i++) values[i] = (float)(scale * random.NextNormal());
            return new WeightTensor(name, shape, values);
        });
        return new HstuModel(Shape(), "random", trained: false, tensors);
    }

    /// <summary>Tokens with unknown contents and with gaps from nothing to months, equal and backwards times included.</summary>
    public HstuToken[] History(int length, ulong user = 0)
    {
        var random = new SeededRandom(((ulong)Seed << 8) + user + 1);
        var time = 1_700_000_000L;
        return Enumerable.Range(0, length).Select(_ =>
        {
            time += (random.NextBits() % 4) switch
            {
                0 => 0,
                1 => -(long)(random.NextBits() % 5_000),
                _ => (long)Math.Pow(10, 7 * random.NextUniform()),
            };
            return new HstuToken(random.NextUniform() < 0.2 ? default(ReadOnlyMemory<float>) : Content(random), (int)(random.NextBits() % 3), time);
        }).ToArray();
    }

    // Biases of vectors are small, or they would drown the contents and the layers in a constant.
    private static double Scale(string name, int[] shape, double projectionScale) =>
        name.EndsWith("uvqk", StringComparison.Ordinal) ? projectionScale * 1.5 / Math.Sqrt(shape[0])
        : name.EndsWith("_bias", StringComparison.Ordinal) ? 1
        : shape.Length == 1 ? 0.1
        : 1.5 / Math.Sqrt(shape[^1]);

    private float[] Content(SeededRandom random)
    {
        var content = new float[ContentWidth];
        for (var i = 0; i < content.Length; i++) content[i] = (float)random.NextNormal();
        var norm = MathF.Sqrt(content.Sum(value => value * value));
        return Array.ConvertAll(content, value => value / norm);
    }
}
