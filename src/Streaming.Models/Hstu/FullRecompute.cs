namespace Streaming.Models.Hstu;

/// <summary>An HSTU model over a whole sequence at once, with a band mask at every layer: what <see cref="CpuHstuEngine"/> must equal.</summary>
/// <remarks>
/// Written for being obviously right: plain loops in double, straight from the formulas, sharing no arithmetic with the engine. Every row of a
/// layer is computed before the next layer, so its cost is layers · n · W for n tokens, twice that with <see cref="HstuTimeAnchor.Next"/>.
/// Not for the hot path.
/// </remarks>
public static class FullRecompute
{
    private const double LayerNormEpsilon = 1e-6;
    private const double MinNorm = 1e-6;

    /// <summary>The user embedding after each token, [tokens][output width].</summary>
    public static double[][] Embeddings(HstuModel model, IReadOnlyList<HstuToken> tokens)
    {
        var times = tokens.Select(token => token.EventTimeSeconds).ToArray();
        // Row i as the newest of its history, and as those after it see it.
        var newest = tokens.Select(token => Embed(model, token)).ToArray();
        var final = newest;
        for (var layer = 0; layer < model.Config.Layers; layer++)
        {
            var keysAndValues = final.Select(row => Project(model, layer, row)).ToArray();
            newest = Layer(model, layer, newest, keysAndValues, times, times);
            final = model.Config.TimeAnchor == HstuTimeAnchor.Self ? newest : Layer(model, layer, final, keysAndValues, times, NextTimes(times));
        }
        return newest.Select(row => Head(model, row)).ToArray();
    }

    // Nothing is later than the last row, so its own time stands in for the one that nobody asks for.
    private static long[] NextTimes(long[] times) => times.Length == 0 ? times : [.. times[1..], times[^1]];

    private static double[] Embed(HstuModel model, HstuToken token)
    {
        var content = token.Content.IsEmpty ? model.Tensor(HstuTensors.Unknown).Values.ToArray() : token.Content.ToArray();
        var x = Linear(model, HstuTensors.ContentWeight, HstuTensors.ContentBias, ToDouble(content));
        var action = model.Tensor(HstuTensors.Actions).Values.Slice(token.Action * x.Length, x.Length);
        for (var d = 0; d < x.Length; d++) x[d] = Math.Sqrt(x.Length) * (x[d] + action[d]);
        return x;
    }

    // anchors[i] = the time that row i measures its distances from.
    private static double[][] Layer(HstuModel model, int layer, double[][] rows, double[][] keysAndValues, long[] times, long[] anchors)
    {
        return rows.Select(NextLayer).ToArray();

        double[] NextLayer(double[] row, int i)
        {
            var own = Project(model, layer, row);
            var attended = Attend(model, layer, own, j => j == i ? own : keysAndValues[j], times, anchors[i], i);
            return Output(model, layer, row, own, attended);
        }
    }

    private static double[] Project(HstuModel model, int layer, double[] row)
    {
        var z = LayerNorm(row);
        var weights = model.Tensor(HstuTensors.Uvqk(layer)).Values;
        var uvqk = new double[4 * model.Config.HeadsWidth];
        for (var column = 0; column < uvqk.Length; column++)
        {
            double sum = 0;
            for (var d = 0; d < z.Length; d++) sum += z[d] * weights[(d * uvqk.Length) + column];
            uvqk[column] = Silu(sum);
        }
        return uvqk;
    }

    private static double[] Attend(HstuModel model, int layer, double[] own, Func<int, double[]> projected, long[] times, long anchor, int i)
    {
        var config = model.Config;
        var (width, v, q, k) = (config.HeadWidth, config.HeadsWidth, 2 * config.HeadsWidth, 3 * config.HeadsWidth);
        var position = model.Tensor(HstuTensors.PositionBias(layer)).Values;
        var time = config.TimeBias ? model.Tensor(HstuTensors.TimeBias(layer)).Values : [];
        var attended = new double[config.HeadsWidth];
        for (var head = 0; head < config.Heads; head++)
        {
            var start = head * width;
            for (var j = Math.Max(0, i - config.Window + 1); j <= i; j++)
            {
                double score = position[i - j];
                if (config.TimeBias) score += time[HstuTimeBucket.Of(anchor, times[j])];
                for (var d = start; d < start + width; d++) score += own[q + d] * projected(j)[k + d];
                for (var d = start; d < start + width; d++) attended[d] += Silu(score) * projected(j)[v + d];
            }
        }
        for (var d = 0; d < attended.Length; d++) attended[d] /= config.Window;
        return attended;
    }

    private static double[] Output(HstuModel model, int layer, double[] row, double[] uvqk, double[] attended)
    {
        var gated = LayerNorm(attended);
        for (var d = 0; d < gated.Length; d++) gated[d] *= uvqk[d];
        var output = Linear(model, HstuTensors.OutputWeight(layer), HstuTensors.OutputBias(layer), gated);
        for (var d = 0; d < output.Length; d++) output[d] += row[d];
        return output;
    }

    private static double[] Head(HstuModel model, double[] row)
    {
        var embedding = Linear(model, HstuTensors.HeadWeight, HstuTensors.HeadBias, row);
        var norm = Math.Max(Math.Sqrt(embedding.Sum(value => value * value)), MinNorm);
        return Array.ConvertAll(embedding, value => value / norm);
    }

    private static double[] Linear(HstuModel model, string weight, string bias, double[] input)
    {
        var matrix = model.Tensor(weight).Values;
        var output = ToDouble(model.Tensor(bias).Values);
        for (var row = 0; row < output.Length; row++)
            for (var column = 0; column < input.Length; column++)
                output[row] += matrix[(row * input.Length) + column] * input[column];
        return output;
    }

    private static double[] LayerNorm(double[] x)
    {
        var mean = x.Average();
        var variance = x.Average(value => (value - mean) * (value - mean));
        return Array.ConvertAll(x, value => (value - mean) / Math.Sqrt(variance + LayerNormEpsilon));
    }

    private static double Silu(double x) => x / (1 + Math.Exp(-x));

    private static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var doubles = new double[values.Length];
        for (var i = 0; i < doubles.Length; i++) doubles[i] = values[i];
        return doubles;
    }
}
