using Streaming.Models.Numerics;

namespace Streaming.Server.Codebooks;

/// <summary>An embedding of items from who met them together: the leading eigenvectors of their positive pointwise mutual information.</summary>
/// <remarks>
/// PPMI(i, j) = max(0, ln(n(i,j) · n / (n(i) · n(j)))) over items at most <see cref="Window"/> apart in a training history (Levy and Goldberg 2014);
/// eigenvectors by orthogonal iteration, each scaled by the root of its eigenvalue where that is positive, rows then scaled to a norm of 1. Items
/// that no history holds have a row of zeros. The logarithm may round differently elsewhere: rows are the same on one machine only.
/// </remarks>
public static class BehaviourEmbedding
{
    private const int Window = 5;
    private const int Iterations = 30;

    /// <summary>Items × <paramref name="dimension"/>, row-major.</summary>
    public static float[] Compute(NextItemSplit split, int dimension, ulong seed)
    {
        var matrix = Ppmi(split);
        var vectors = Eigenvectors(matrix, dimension, new SeededRandom(seed), out var values);
        var rows = new float[matrix.Length * dimension];
        for (var item = 0; item < matrix.Length; item++)
        {
            var row = rows.AsSpan(item * dimension, dimension);
            for (var d = 0; d < dimension; d++)
                row[d] = (float)(vectors[d][item] * Math.Sqrt(Math.Max(0, values[d])));
            Normalise(row);
        }
        return rows;
    }

    private static (int Column, double Value)[][] Ppmi(NextItemSplit split)
    {
        var items = split.Log.Creatives.Count;
        var together = new Dictionary<(int, int), double>();
        for (var user = 0; user < split.Log.UserCount; user++)
        {
            var end = split.Log.End(user) - split.Held;
            for (var a = split.Log.Start(user); a < end; a++)
            {
                for (var b = a + 1; b < Math.Min(end, a + 1 + Window); b++)
                    Add(split.Log.Items[a], split.Log.Items[b]);
            }
        }
        var totals = new double[items];
        foreach (var ((row, _), count) in together)
            totals[row] += count;
        var all = totals.Sum();
        var rows = Enumerable.Range(0, items).Select(_ => new List<(int, double)>()).ToArray();
        foreach (var ((row, column), count) in together.OrderBy(entry => entry.Key))
        {
            if (Math.Log(count * all / (totals[row] * totals[column])) is > 0 and var value)
                rows[row].Add((column, value));
        }
        return [.. rows.Select(row => row.ToArray())];

        void Add(int first, int second)
        {
            if (first == second)
                return;
            together[(first, second)] = together.GetValueOrDefault((first, second)) + 1;
            together[(second, first)] = together.GetValueOrDefault((second, first)) + 1;
        }
    }

    private static double[][] Eigenvectors((int Column, double Value)[][] matrix, int count, SeededRandom random, out double[] values)
    {
        var vectors = Enumerable.Range(0, count).Select(_ => matrix.Select(_ => random.NextNormal()).ToArray()).ToArray();
        values = new double[count];
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Orthogonalise(vectors);
            for (var k = 0; k < count; k++)
            {
                var image = Multiply(matrix, vectors[k]);
                values[k] = Dot(vectors[k], image);
                vectors[k] = image;
            }
        }
        Orthogonalise(vectors);
        return vectors;
    }

    private static double[] Multiply((int Column, double Value)[][] matrix, double[] vector)
    {
        var image = new double[vector.Length];
        for (var row = 0; row < image.Length; row++)
        {
            foreach (var (column, value) in matrix[row])
                image[row] += value * vector[column];
        }
        return image;
    }

    // Gram-Schmidt, in order: the first vectors keep the largest eigenvalues.
    private static void Orthogonalise(double[][] vectors)
    {
        for (var k = 0; k < vectors.Length; k++)
        {
            for (var before = 0; before < k; before++)
            {
                var share = Dot(vectors[k], vectors[before]);
                for (var i = 0; i < vectors[k].Length; i++)
                    vectors[k][i] -= share * vectors[before][i];
            }
            var norm = Math.Sqrt(Dot(vectors[k], vectors[k]));
            for (var i = 0; norm > 0 && i < vectors[k].Length; i++)
                vectors[k][i] /= norm;
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void Normalise(Span<float> row)
    {
        var sum = 0.0;
        foreach (var value in row)
            sum += (double)value * value;
        var norm = Math.Sqrt(sum);
        for (var d = 0; norm > 0 && d < row.Length; d++)
            row[d] = (float)(row[d] / norm);
    }
}
