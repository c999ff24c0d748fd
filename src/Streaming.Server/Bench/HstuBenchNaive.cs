using Streaming.Models.Hstu;

namespace Streaming.Server.Bench;

/// <summary>The peer of a step: the same incremental model as plain loops over float arrays, for one user with a full window. No output projection.</summary>
internal sealed class HstuBenchNaive
{
    private readonly HstuConfig _config;
    private readonly Layer[] _layers;
    private readonly float[] _x;
    private readonly int[] _buckets;
    private int _slot;

    public HstuBenchNaive(HstuModel model)
    {
        _config = model.Config;
        var state = _config.Window * _config.HeadsWidth;
        _layers = [.. Enumerable.Range(0, _config.Layers).Select(layer => new Layer(
            model.Tensor(HstuTensors.Uvqk(layer)).Values.ToArray(),
            model.Tensor(HstuTensors.PositionBias(layer)).Values.ToArray(),
            model.Tensor(HstuTensors.TimeBias(layer)).Values.ToArray(),
            model.Tensor(HstuTensors.OutputWeight(layer)).Values.ToArray(),
            new float[state],
            new float[state]))];
        _x = new float[_config.Width];
        _buckets = new int[_config.Window];
        for (var lag = 0; lag < _buckets.Length; lag++) _buckets[lag] = HstuTimeBucket.Of(0, lag * 600L);
    }

    /// <summary>One token through all layers.</summary>
    public float Step()
    {
        for (var d = 0; d < _x.Length; d++) _x[d] = MathF.Sin(_slot + d);
        foreach (var layer in _layers) Run(layer);
        _slot = (_slot + 1) % _config.Window;
        return _x[0];
    }

    private void Run(Layer layer)
    {
        var width = _config.HeadsWidth;
        var z = Normalised(_x);
        var uvqk = new float[4 * width];
        for (var column = 0; column < uvqk.Length; column++)
        {
            for (var d = 0; d < z.Length; d++) uvqk[column] += z[d] * layer.Uvqk[(d * uvqk.Length) + column];
            uvqk[column] = Silu(uvqk[column]);
        }
        uvqk.AsSpan(width, width).CopyTo(layer.Values.AsSpan(_slot * width));
        uvqk.AsSpan(3 * width, width).CopyTo(layer.Keys.AsSpan(_slot * width));

        var gated = Normalised(Attend(layer, uvqk.AsSpan(2 * width, width)));
        for (var e = 0; e < width; e++) gated[e] *= uvqk[e];
        for (var d = 0; d < _x.Length; d++)
            for (var e = 0; e < width; e++) _x[d] += layer.Output[(d * width) + e] * gated[e];
    }

    private float[] Attend(Layer layer, ReadOnlySpan<float> query)
    {
        var (width, head) = (_config.HeadsWidth, _config.HeadWidth);
        var attended = new float[width];
        for (var lag = 0; lag < _config.Window; lag++)
        {
            var row = (_slot - lag + _config.Window) % _config.Window * width;
            for (var start = 0; start < width; start += head)
            {
                var score = layer.Position[lag] + layer.Time[_buckets[lag]];
                for (var d = start; d < start + head; d++) score += query[d] * layer.Keys[row + d];
                var weight = Silu(score) / _config.Window;
                for (var d = start; d < start + head; d++) attended[d] += weight * layer.Values[row + d];
            }
        }
        return attended;
    }

    private static float[] Normalised(float[] x)
    {
        float mean = 0, variance = 0;
        foreach (var value in x) mean += value / x.Length;
        foreach (var value in x) variance += (value - mean) * (value - mean) / x.Length;
        return Array.ConvertAll(x, value => (value - mean) / MathF.Sqrt(variance + 1e-6f));
    }

    private static float Silu(float x) => x / (1 + MathF.Exp(-x));

    private sealed record Layer(float[] Uvqk, float[] Position, float[] Time, float[] Output, float[] Keys, float[] Values);
}
