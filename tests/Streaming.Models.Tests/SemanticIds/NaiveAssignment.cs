using Streaming.Models.SemanticIds;

namespace Streaming.Models.Tests.SemanticIds;

/// <summary>An assignment as its definition reads: one scalar after the other.</summary>
internal static class NaiveAssignment
{
    public static int[] Codes(Codebook codebook, float[] embedding)
    {
        var residual = codebook.Projection is { } projection ? Project(projection, embedding) : (float[])embedding.Clone();
        var codes = new int[codebook.Layers];
        for (var layer = 0; layer < codes.Length; layer++)
        {
            if (layer > 0 && codebook.Info.NormaliseResiduals && residual.Any(value => value != 0))
            {
                var norm = Math.Sqrt(residual.Aggregate(0.0, (sum, value) => sum + ((double)value * value)));
                residual = [.. residual.Select(value => (float)(value / norm))];
            }
            codes[layer] = Enumerable.Range(0, codebook.Size).MinBy(code => Cost(codebook, layer, code, residual));
            var centroid = codebook.Centroid(layer, codes[layer]).ToArray();
            residual = [.. residual.Zip(centroid, (value, centre) => value - centre)];
        }
        return codes;
    }

    private static float Cost(Codebook codebook, int layer, int code, float[] residual)
    {
        var sum = codebook.Biases.IsEmpty ? 0 : codebook.Biases[(layer * codebook.Size) + code];
        var centroid = codebook.Centroid(layer, code);
        for (var d = 0; d < residual.Length; d++)
        {
            var difference = residual[d] - centroid[d];
            sum += difference * difference;
        }
        return sum;
    }

    private static float[] Project(CodebookProjection projection, float[] embedding)
    {
        var values = embedding;
        for (var layer = 0; layer < projection.Layers; layer++)
        {
            var outputs = projection.Biases(layer).ToArray();
            var weights = projection.Weights(layer);
            for (var output = 0; output < outputs.Length; output++)
            {
                for (var input = 0; input < values.Length; input++)
                    outputs[output] += values[input] * weights[(output * values.Length) + input];
            }
            values = layer < projection.Layers - 1 ? [.. outputs.Select(value => Math.Max(0, value))] : outputs;
        }
        return values;
    }
}
