namespace Streaming.Models.SemanticIds.Assignment;

/// <summary>What a layer leaves over. Plain loops: the same bits everywhere.</summary>
internal static class Residual
{
    /// <summary>residual −= centroid.</summary>
    public static void Subtract(Span<float> residual, ReadOnlySpan<float> centroid)
    {
        for (var d = 0; d < residual.Length; d++)
            residual[d] -= centroid[d];
    }

    /// <summary>Scales to an L2 norm of 1. A residual of nothing stays nothing.</summary>
    public static void Normalise(Span<float> residual)
    {
        var sum = 0.0;
        foreach (var value in residual)
            sum += (double)value * value;
        if (sum == 0)
            return;
        var norm = Math.Sqrt(sum);
        foreach (ref var value in residual)
            value = (float)(value / norm);
    }
}
