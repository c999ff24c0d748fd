using Streaming.Models.Hstu;

namespace Streaming.Server.Bench;

/// <summary>The peer of a step: the same incremental model as plain loops over float32 arrays, for one user.</summary>
internal sealed class HstuBenchNaive
{
    private readonly HstuConfig _config;
    private readonly float[] _content;
    private readonly float[] _contentBias;
    private readonly float[] _actions;
    private readonly float[] _head;
    private readonly float[] _headBias;
    private readonly Layer[] _layers;
    private readonly long[] _times;
    private long _tokens;

    public HstuBenchNaive(HstuModel model)
    {
        _config = model.Config;
        _content = Values(HstuTensors.ContentWeight);
        _contentBias = Values(HstuTensors.ContentBias);
        _actions = Values(HstuTensors.Actions);
        _head = Values(HstuTensors.HeadWeight);
        _headBias = Values(HstuTensors.HeadBias);
        _times = new long[_config.Window];
        var state = _config.Window * _config.HeadsWidth;
        _layers = [.. Enumerable.Range(0, _config.Layers).Select(layer => new Layer(
            Values(HstuTensors.Uvqk(layer)),
            Values(HstuTensors.PositionBias(layer)),
            Values(HstuTensors.TimeBias(layer)),
            Values(HstuTensors.OutputWeight(layer)),
            Values(HstuTensors.OutputBias(layer)),
            new float[state],
            new float[state]))];

        float[] Values(string name) => model.Tensor(name).Values.ToArray();
    }

    /// <summary>The user embedding after a token, of known content.</summary>
    public float[] Step(HstuToken token)
    {
        _times[_tokens % _times.Length] = token.EventTimeSeconds;
        var x = Linear(_content, _contentBias, token.Content.Span);
        for (var d = 0; d < x.Length; d++) x[d] = MathF.Sqrt(x.Length) * (x[d] + _actions[(token.Action * x.Length) + d]);
        foreach (var layer in _layers) Run(layer, x);
        _tokens++;
        var embedding = Linear(_head, _headBias, x);
        var norm = MathF.Sqrt(embedding.Sum(value => value * value));
        return Array.ConvertAll(embedding, value => value / norm);
    }

    private void Run(Layer layer, float[] x)
    {
        var width = _config.HeadsWidth;
        var slot = (int)(_tokens % _config.Window);
        var z = Normalised(x);
        var uvqk = new float[4 * width];
        for (var column = 0; column < uvqk.Length; column++)
        {
            for (var d = 0; d < z.Length; d++) uvqk[column] += z[d] * layer.Uvqk[(d * uvqk.Length) + column];
            uvqk[column] = Silu(uvqk[column]);
        }
        uvqk.AsSpan(width, width).CopyTo(layer.Values.AsSpan(slot * width));
        uvqk.AsSpan(3 * width, width).CopyTo(layer.Keys.AsSpan(slot * width));

        var gated = Normalised(Attend(layer, uvqk.AsSpan(2 * width, width), slot));
        for (var e = 0; e < width; e++) gated[e] *= uvqk[e];
        var output = Linear(layer.Output, layer.OutputBias, gated);
        for (var d = 0; d < x.Length; d++) x[d] += output[d];
    }

    private float[] Attend(Layer layer, ReadOnlySpan<float> query, int newest)
    {
        var (width, head) = (_config.HeadsWidth, _config.HeadWidth);
        var attended = new float[width];
        for (var lag = 0; lag < _config.Window && lag <= _tokens; lag++)
        {
            var slot = (newest - lag + _config.Window) % _config.Window;
            var bias = layer.Position[lag] + layer.Time[HstuTimeBucket.Of(_times[newest], _times[slot])];
            for (var start = 0; start < width; start += head)
            {
                var score = bias;
                for (var d = start; d < start + head; d++) score += query[d] * layer.Keys[(slot * width) + d];
                var weight = Silu(score) / _config.Window;
                for (var d = start; d < start + head; d++) attended[d] += weight * layer.Values[(slot * width) + d];
            }
        }
        return attended;
    }

    private static float[] Linear(float[] weights, float[] bias, ReadOnlySpan<float> input)
    {
        var output = (float[])bias.Clone();
        for (var row = 0; row < output.Length; row++)
            for (var column = 0; column < input.Length; column++) output[row] += weights[(row * input.Length) + column] * input[column];
        return output;
    }

    private static float[] Normalised(float[] x)
    {
        float mean = 0, variance = 0;
        foreach (var value in x) mean += value / x.Length;
        foreach (var value in x) variance += (value - mean) * (value - mean) / x.Length;
        return Array.ConvertAll(x, value => (value - mean) / MathF.Sqrt(variance + 1e-6f));
    }

    private static float Silu(float x) => x / (1 + MathF.Exp(-x));

    private sealed record Layer(
        float[] Uvqk, float[] Position, float[] Time, float[] Output, float[] OutputBias, float[] Keys, float[] Values);
}
