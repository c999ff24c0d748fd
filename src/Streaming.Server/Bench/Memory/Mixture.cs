using System.Numerics.Tensors;

namespace Streaming.Server.Bench.Memory;

/// <summary>
/// Vectors without end from 1,000 Gaussians: centre ~ N(0, I), vector = centre + noise · N(0, I), a Gaussian's weight ~ rank^-0.5, each vector
/// scaled to a norm of 1. The distribution that the peers' <c>--generate</c> writes. Noise 1.0 is hard, 0.75 easy.
/// </summary>
internal sealed class Mixture
{
    private const int Gaussians = 1_000;
    private readonly int _dimension;
    private readonly float _noise;
    private readonly Random _draws;
    private readonly float[] _centres;
    private readonly double[] _cumulated = new double[Gaussians];

    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="noise">Standard deviation of a Gaussian.</param>
    /// <param name="centres">Seed of the Gaussians: equal seeds are one distribution.</param>
    /// <param name="draws">Seed of the vectors drawn from them.</param>
    public Mixture(int dimension, double noise, int centres, int draws)
    {
        (_dimension, _noise, _draws) = (dimension, (float)noise, new Random(draws));
        _centres = new float[Gaussians * dimension];
        var random = new Random(centres);
        for (var i = 0; i < _centres.Length; i++)
            _centres[i] = Normal(random);
        var total = 0.0;
        for (var rank = 1; rank <= Gaussians; rank++)
            _cumulated[rank - 1] = total += 1 / Math.Sqrt(rank);
    }

    /// <summary>The next vectors.</summary>
    public VectorTable Take(int count)
    {
        var table = new VectorTable(new float[count * _dimension], _dimension);
        for (var row = 0; row < count; row++)
        {
            var found = Array.BinarySearch(_cumulated, _draws.NextDouble() * _cumulated[^1]);
            var centre = _centres.AsSpan((found < 0 ? ~found : found) * _dimension, _dimension);
            var vector = table[row];
            for (var d = 0; d < _dimension; d++)
                vector[d] = centre[d] + (_noise * Normal(_draws));
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        }
        return table;
    }

    // Box and Muller 1958.
    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
