using System.Numerics.Tensors;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Training;

/// <summary>Makes a <see cref="Codebook"/> from a sample: Lloyd's k-means for the centroids, then Lloyd-Max levels for each dimension of the residuals.</summary>
/// <remarks>Lloyd, "Least squares quantization in PCM" (1982). Deterministic for a seed.</remarks>
internal sealed class CodebookTrainer(Metric metric, int dimension, int seed)
{

    private const int LevelIterations = 10;

    /// <param name="sample">[n][dimension], as the metric prepares vectors; n ≥ lists ≥ 1.</param>
    /// <param name="lists">Centroids wanted.</param>
    /// <param name="iterations">Of k-means.</param>
    public Codebook Train(float[] sample, int lists, int iterations)
    {
        float[] centroids = FirstCentroids(sample, sample.Length / dimension, lists);
        var assignment = new int[sample.Length / dimension];
        for (int i = 0; i < iterations; i++)
        {
            Assign(sample, centroids, assignment);
            Move(sample, assignment, centroids, lists);
        }
        Assign(sample, centroids, assignment);
        var (low, step) = NormRange(sample, centroids, assignment);
        return new Codebook(metric, dimension, centroids, FitLevels(sample, centroids, assignment), low, step);
    }

    /// <summary>Mean squared distance to the nearest centroid over mean squared length, of vectors that the centroids were not trained on.</summary>
    /// <param name="vectors">[n][dimension], as the metric prepares vectors.</param>
    /// <param name="nearest">Of the codebook to measure.</param>
    public float Distortion(float[] vectors, NearestCentroid nearest)
    {
        double residuals = 0, squares = 0;
        var (lists, closeness) = (new int[vectors.Length / dimension], new float[vectors.Length / dimension]);
        nearest.Find(vectors, lists, closeness);
        for (int i = 0; i < closeness.Length; i++)
        {
            float square = TensorPrimitives.SumOfSquares(Row(vectors, i));
            residuals += square - 2 * closeness[i];
            squares += square;
        }
        return squares > 0 ? (float)(residuals / squares) : 0;
    }

    private float[] FirstCentroids(float[] sample, int n, int lists)
    {
        Random random = new(seed);
        int[] order = [.. Enumerable.Range(0, n)];
        random.Shuffle(order);
        var centroids = new float[lists * dimension];
        for (int list = 0; list < lists; list++)
            Row(sample, order[list]).CopyTo(centroids.AsSpan(list * dimension, dimension));
        return centroids;
    }

    private void Assign(float[] sample, float[] centroids, int[] assignment)
    {
        if (centroids.Length == dimension)
            return; // One list.
        NearestCentroid nearest = new(new Codebook(metric, dimension, centroids, new float[dimension * Codebook.Levels], 0, 0));
        nearest.Find(sample, assignment, new float[assignment.Length]);
    }

    // An empty list takes over half of the fullest one: its centroid moves beside that one's.
    private void Move(float[] sample, int[] assignment, float[] centroids, int lists)
    {
        var counts = new int[lists];
        var sums = new float[centroids.Length];
        for (int i = 0; i < assignment.Length; i++)
        {
            counts[assignment[i]]++;
            Span<float> sum = sums.AsSpan(assignment[i] * dimension, dimension);
            TensorPrimitives.Add(sum, Row(sample, i), sum);
        }
        for (int list = 0; list < lists; list++)
        {
            Span<float> centroid = centroids.AsSpan(list * dimension, dimension);
            if (counts[list] > 0)
                TensorPrimitives.Divide(sums.AsSpan(list * dimension, dimension), counts[list], centroid);
        }
        for (int list = 0; list < lists; list++)
        {
            if (counts[list] > 0)
                continue;
            int fullest = Array.IndexOf(counts, counts.Max());
            Span<float> centroid = centroids.AsSpan(list * dimension, dimension);
            centroids.AsSpan(fullest * dimension, dimension).CopyTo(centroid);
            TensorPrimitives.Multiply(centroid, 1 + 1e-3f, centroid);
            counts[list] = counts[fullest] /= 2;
        }
    }

    private float[] FitLevels(float[] sample, float[] centroids, int[] assignment)
    {
        var levels = new float[dimension * Codebook.Levels];
        var residuals = new float[assignment.Length];
        for (int d = 0; d < dimension; d++)
        {
            for (int i = 0; i < residuals.Length; i++)
                residuals[i] = sample[i * dimension + d] - centroids[assignment[i] * dimension + d];
            FitLevels(residuals, levels.AsSpan(d * Codebook.Levels, Codebook.Levels));
        }
        return levels;
    }

    private static void FitLevels(float[] residuals, Span<float> levels)
    {
        // Where a Gaussian's four levels lie, in standard deviations (Max 1960).
        ReadOnlySpan<float> start = [-1.510f, -0.4528f, 0.4528f, 1.510f];
        float mean = TensorPrimitives.Sum<float>(residuals) / residuals.Length;
        float deviation = MathF.Sqrt(Math.Max(0, TensorPrimitives.SumOfSquares<float>(residuals) / residuals.Length - mean * mean));
        for (int i = 0; i < levels.Length; i++)
            levels[i] = mean + start[i] * deviation;
        Span<float> sums = stackalloc float[Codebook.Levels];
        Span<int> counts = stackalloc int[Codebook.Levels];
        for (int iteration = 0; iteration < LevelIterations; iteration++)
        {
            sums.Clear();
            counts.Clear();
            float low = (levels[0] + levels[1]) / 2, middle = (levels[1] + levels[2]) / 2, high = (levels[2] + levels[3]) / 2;
            foreach (float residual in residuals)
            {
                int level = (residual > low ? 1 : 0) + (residual > middle ? 1 : 0) + (residual > high ? 1 : 0);
                sums[level] += residual;
                counts[level]++;
            }
            for (int i = 0; i < levels.Length; i++)
            {
                if (counts[i] > 0)
                    levels[i] = sums[i] / counts[i];
            }
        }
    }

    private (float Low, float Step) NormRange(float[] sample, float[] centroids, int[] assignment)
    {
        if (metric != Metric.L2)
            return (0, 0);
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        for (int i = 0; i < assignment.Length; i++)
        {
            float bias = TensorPrimitives.SumOfSquares(Row(sample, i)) - TensorPrimitives.SumOfSquares<float>(centroids.AsSpan(assignment[i] * dimension, dimension));
            low = Math.Min(low, bias);
            high = Math.Max(high, bias);
        }
        return (low, (high - low) / 255);
    }

    private ReadOnlySpan<float> Row(float[] sample, int i) => sample.AsSpan(i * dimension, dimension);
}
