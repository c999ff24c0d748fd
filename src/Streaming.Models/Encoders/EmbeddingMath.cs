namespace Streaming.Models.Encoders;

/// <summary>The arithmetic after a graph. Plain loops in double: a vectorised sum would depend on the processor's vector width.</summary>
internal static class EmbeddingMath
{
    public static double Norm(ReadOnlySpan<float> vector)
    {
        var sum = 0.0;
        foreach (var value in vector)
            sum += (double)value * value;
        return Math.Sqrt(sum);
    }

    public static void Divide(Span<float> vector, double norm)
    {
        foreach (ref var value in vector)
            value = (float)(value / norm);
    }

    /// <summary>Pools the first <paramref name="count"/> of the positions.</summary>
    /// <param name="kind">One of <see cref="PoolingKinds"/>, not none.</param>
    /// <param name="positions">[tokens, width].</param>
    /// <param name="count">Positions that are no padding, at least 1.</param>
    /// <param name="pooled">[width].</param>
    public static void Pool(string kind, ReadOnlySpan<float> positions, int count, Span<float> pooled)
    {
        var width = pooled.Length;
        if (kind == PoolingKinds.Cls)
        {
            positions[..width].CopyTo(pooled);
            return;
        }
        for (var d = 0; d < width; d++)
        {
            double sum = 0, largest = double.NegativeInfinity;
            for (var t = 0; t < count; t++)
            {
                var value = positions[(t * width) + d];
                sum += value;
                largest = Math.Max(largest, value);
            }
            pooled[d] = (float)(kind == PoolingKinds.Mean ? sum / count : largest);
        }
    }

    /// <summary>vector [rows] · matrix [rows, columns].</summary>
    public static void Project(ReadOnlySpan<float> vector, ReadOnlySpan<float> matrix, Span<float> projected)
    {
        var sums = new double[projected.Length];
        for (var row = 0; row < vector.Length; row++)
        {
            for (var column = 0; column < projected.Length; column++)
                sums[column] += (double)vector[row] * matrix[(row * projected.Length) + column];
        }
        for (var column = 0; column < projected.Length; column++)
            projected[column] = (float)sums[column];
    }
}
