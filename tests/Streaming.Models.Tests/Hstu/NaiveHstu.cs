using Streaming.Models.Hstu;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Hstu;

/// <summary>A second, incremental reading of the formulas in double, into which the known faults can be planted.</summary>
internal sealed class NaiveHstu(HstuModel model)
{
    private readonly HstuConfig _config = model.Config;

    /// <summary>N of the attention average, by the number of tokens in the window. Right: always W.</summary>
    public Func<int, double> Normaliser { get; init; } = _ => model.Config.Window;

    /// <summary>How a head's row of K or V is kept.</summary>
    public Func<double[], IEnumerable<double>> Kept { get; init; } = row => row;

    /// <summary>Is shown what each layer gets: the residual stream of a token.</summary>
    public Action<double[]> SeesStream { get; init; } = _ => { };

    /// <summary>The embedding after the last token.</summary>
    /// <param name="tokens">The history.</param>
    /// <param name="anchors">The time that each token's row measures its distances from. Right for this model: its own event time.</param>
    public double[] LastEmbedding(HstuToken[] tokens, long[] anchors)
    {
        var cache = Enumerable.Range(0, _config.Layers).Select(_ => new List<(double[] K, double[] V)>()).ToArray();
        double[] x = [];
        for (var i = 0; i < tokens.Length; i++)
        {
            x = Embed(tokens[i]);
            for (var layer = 0; layer < _config.Layers; layer++) x = Layer(layer, x, cache[layer], tokens, anchors[i]);
        }
        var output = Linear(HstuTensors.HeadWeight, HstuTensors.HeadBias, x);
        var norm = Math.Sqrt(output.Sum(value => value * value));
        return output.Select(value => value / norm).ToArray();
    }

    private double[] Embed(HstuToken token)
    {
        var content = (token.Content.IsEmpty ? Values(HstuTensors.Unknown) : token.Content.ToArray()).Select(value => (double)value).ToArray();
        var action = Values(HstuTensors.Actions).Skip(token.Action * _config.Width);
        return Linear(HstuTensors.ContentWeight, HstuTensors.ContentBias, content).Zip(action, (c, a) => Math.Sqrt(_config.Width) * (c + a)).ToArray();
    }

    private double[] Layer(int layer, double[] x, List<(double[] K, double[] V)> cache, HstuToken[] tokens, long anchor)
    {
        var width = _config.HeadsWidth;
        SeesStream(x);
        var parts = Uvqk(layer, LayerNorm(x)).Chunk(width).ToArray();
        var (u, v, q, k) = (parts[0], parts[1], parts[2], parts[3]);
        cache.Add((Heads(k).SelectMany(Kept).ToArray(), Heads(v).SelectMany(Kept).ToArray()));

        var attended = new double[width];
        var newest = cache.Count - 1;
        var rows = Math.Min(cache.Count, _config.Window);
        for (var lag = 0; lag < rows; lag++)
        {
            var (key, value) = cache[newest - lag];
            var bias = Values(HstuTensors.PositionBias(layer))[lag] + TimeBias(layer, anchor, tokens[newest - lag].EventTimeSeconds);
            for (var d = 0; d < width; d++) attended[d] += Silu(bias + DotOfHead(q, key, d / _config.HeadWidth)) * value[d];
        }
        attended = attended.Select(value => value / Normaliser(rows)).ToArray();
        var gated = LayerNorm(attended).Zip(u, (a, gate) => a * gate).ToArray();
        return Linear(HstuTensors.OutputWeight(layer), HstuTensors.OutputBias(layer), gated).Zip(x, (a, b) => a + b).ToArray();
    }

    private IEnumerable<double[]> Heads(double[] row) => row.Chunk(_config.HeadWidth);

    private double[] Uvqk(int layer, double[] z)
    {
        var matrix = Values(HstuTensors.Uvqk(layer));
        var columns = 4 * _config.HeadsWidth;
        return Enumerable.Range(0, columns).Select(c => Silu(z.Select((value, d) => value * matrix[(d * columns) + c]).Sum())).ToArray();
    }

    private double TimeBias(int layer, long anchor, long time)
    {
        if (!_config.TimeBias) return 0;
        var bucket = (int)(MathF.Log(Math.Max(1f, Math.Abs(anchor - time))) / 0.301f);
        return Values(HstuTensors.TimeBias(layer))[Math.Clamp(bucket, 0, 128)];
    }

    private double DotOfHead(double[] q, double[] k, int head)
    {
        var start = head * _config.HeadWidth;
        return Enumerable.Range(start, _config.HeadWidth).Sum(d => q[d] * k[d]);
    }

    private double[] Linear(string weight, string bias, double[] input)
    {
        var matrix = Values(weight);
        return Values(bias).Select((b, row) => b + input.Select((value, column) => value * matrix[(row * input.Length) + column]).Sum()).ToArray();
    }

    private float[] Values(string tensor) => _values.TryGetValue(tensor, out var values) ? values : _values[tensor] = model.Tensor(tensor).Values.ToArray();

    private readonly Dictionary<string, float[]> _values = [];

    private static double[] LayerNorm(double[] x)
    {
        var mean = x.Average();
        var deviation = Math.Sqrt(x.Average(value => Math.Pow(value - mean, 2)) + 1e-6);
        return x.Select(value => (value - mean) / deviation).ToArray();
    }

    private static double Silu(double x) => x / (1 + Math.Exp(-x));
}
