using Streaming.Models.Numerics;
using Streaming.Models.Weights;

namespace Streaming.Models.Hstu;

/// <summary>Initial weights for a model that nothing was learned into.</summary>
/// <remarks>
/// They are built so that the user embedding is useful from the first event, without any claim of having learned something:
/// <list type="bullet">
/// <item>The content projection has orthonormal columns and the output projection is its transpose. The residual path therefore carries a content
/// vector to the output unchanged: the embedding lies near the newest creative.</item>
/// <item>One more direction, orthogonal to the contents, is constant in every token. The gate u reads it and stands open.</item>
/// <item>Values are an orthonormal image of the token and W_o is its transpose, so a layer adds an average of the window's contents.</item>
/// <item>The biases decay with the lag and with the time between, so that average leans to recent tokens.</item>
/// <item>Queries, keys, actions and the unknown vector are small noise, and so is what is added to u and v.</item>
/// </list>
/// All is made of sums, products, quotients and square roots of doubles, which IEEE 754 rounds the same way everywhere.
/// </remarks>
internal static class HstuSeed
{
    private const double Noise = 0.02;
    private const double GateGain = 0.25;
    private const double LayerGain = 0.5;
    private const double NewestBias = 2;
    private const double HalvingLag = 16;
    private const double BiasPerBucket = -0.02;

    public static IEnumerable<WeightTensor> Tensors(HstuConfig config, ulong seed)
    {
        var contents = Math.Max(config.ContentWidth, config.OutputWidth);
        if (contents >= config.Width)
            throw new ArgumentException($"Width is {config.Width}; seeded weights need it above ContentWidth {config.ContentWidth} and OutputWidth {config.OutputWidth}.");

        var random = new SeededRandom(seed);
        var basis = OrthonormalRows(random, contents + 1, config.Width);
        var constant = basis[contents];

        var made = new List<WeightTensor>
        {
            Matrix(HstuTensors.ContentWeight, config.Width, config.ContentWidth, (d, c) => basis[c][d]),
            Vector(HstuTensors.ContentBias, config.Width, d => constant[d]),
            Matrix(HstuTensors.Actions, config.Actions.Count, config.Width, (_, _) => Noise * random.NextNormal()),
            Vector(HstuTensors.Unknown, config.ContentWidth, _ => Noise * random.NextNormal()),
            Matrix(HstuTensors.HeadWeight, config.OutputWidth, config.Width, (o, d) => basis[o][d]),
            Vector(HstuTensors.HeadBias, config.OutputWidth, _ => 0),
        };
        for (var layer = 0; layer < config.Layers; layer++) AddLayer(made, config, layer, constant, random);
        return made;
    }

    private static void AddLayer(List<WeightTensor> made, HstuConfig config, int layer, double[] constant, SeededRandom random)
    {
        var width = config.HeadsWidth;
        var image = OrthonormalImage(random, config.Width, width);
        made.Add(Matrix(HstuTensors.Uvqk(layer), config.Width, 4 * width, (d, column) => (Noise * random.NextNormal()) + (column / width) switch
        {
            0 => GateGain * constant[d],
            1 => image(d, column - width),
            _ => 0,
        }));
        made.Add(Vector(HstuTensors.PositionBias(layer), config.Window, lag => NewestBias / (1 + (lag / HalvingLag))));
        if (config.TimeBias) made.Add(Vector(HstuTensors.TimeBias(layer), HstuTimeBucket.Count, bucket => BiasPerBucket * bucket));
        made.Add(Matrix(HstuTensors.OutputWeight(layer), config.Width, width, (d, e) => LayerGain * image(d, e)));
        made.Add(Vector(HstuTensors.OutputBias(layer), config.Width, _ => 0));
    }

    // [rows, columns] with orthonormal rows or columns, whichever are fewer.
    private static Func<int, int, double> OrthonormalImage(SeededRandom random, int rows, int columns)
    {
        if (rows <= columns)
        {
            var basis = OrthonormalRows(random, rows, columns);
            return (row, column) => basis[row][column];
        }
        var transposed = OrthonormalRows(random, columns, rows);
        return (row, column) => transposed[column][row];
    }

    // Modified Gram-Schmidt on random rows.
    private static double[][] OrthonormalRows(SeededRandom random, int count, int width)
    {
        var rows = new double[count][];
        for (var i = 0; i < count; i++)
        {
            rows[i] = new double[width];
            for (var d = 0; d < width; d++) rows[i][d] = random.NextNormal();
            for (var before = 0; before < i; before++) AddScaled(rows[i], rows[before], -Dot(rows[i], rows[before]));
            var norm = Math.Sqrt(Dot(rows[i], rows[i]));
            for (var d = 0; d < width; d++) rows[i][d] /= norm;
        }
        return rows;
    }

    private static void AddScaled(double[] target, double[] source, double factor)
    {
        for (var d = 0; d < target.Length; d++) target[d] += factor * source[d];
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var d = 0; d < a.Length; d++) sum += a[d] * b[d];
        return sum;
    }

    private static WeightTensor Matrix(string name, int rows, int columns, Func<int, int, double> value)
    {
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++) values[i] = (float)value(i / columns, i % columns);
        return new(name, [rows, columns], values);
    }

    private static WeightTensor Vector(string name, int length, Func<int, double> value)
    {
        var values = new float[length];
        for (var i = 0; i < length; i++) values[i] = (float)value(i);
        return new(name, [length], values);
    }
}
