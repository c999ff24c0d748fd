using Streaming.Models.SemanticIds;

namespace Streaming.Server.Bench;

/// <summary>The assignment as one would write it first: a loop over layers, codes and dimensions.</summary>
internal sealed class CodebookBenchNaive(Codebook codebook)
{
    private readonly float[] _centroids = codebook.Centroids.ToArray();
    private readonly float[] _biases = codebook.Biases.ToArray();
    private readonly float[] _residual = new float[codebook.CentroidDimension];

    public void Assign(ReadOnlySpan<float> embedding, Span<int> codes)
    {
        embedding.CopyTo(_residual);
        for (var layer = 0; layer < codes.Length; layer++)
        {
            if (layer > 0 && codebook.Info.NormaliseResiduals)
                Normalise();
            codes[layer] = Nearest(layer);
            var start = ((layer * codebook.Size) + codes[layer]) * _residual.Length;
            for (var d = 0; d < _residual.Length; d++)
                _residual[d] -= _centroids[start + d];
        }
    }

    private int Nearest(int layer)
    {
        var (best, least) = (0, float.PositiveInfinity);
        for (var code = 0; code < codebook.Size; code++)
        {
            var sum = _biases.Length == 0 ? 0 : _biases[(layer * codebook.Size) + code];
            var start = ((layer * codebook.Size) + code) * _residual.Length;
            for (var d = 0; d < _residual.Length; d++)
            {
                var difference = _residual[d] - _centroids[start + d];
                sum += difference * difference;
            }
            if (sum < least)
                (best, least) = (code, sum);
        }
        return best;
    }

    private void Normalise()
    {
        var sum = 0.0;
        foreach (var value in _residual)
            sum += (double)value * value;
        var norm = Math.Sqrt(sum);
        for (var d = 0; norm > 0 && d < _residual.Length; d++)
            _residual[d] = (float)(_residual[d] / norm);
    }
}
