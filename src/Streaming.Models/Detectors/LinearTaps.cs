using Streaming.Models.Encoders;

namespace Streaming.Models.Detectors;

/// <summary>The input pixels of one output pixel along an axis, and their weights, which sum to 1.</summary>
internal readonly record struct LinearTaps(int First, float[] Weights)
{
    /// <summary>Of every output pixel; centre of pixel i is (i + ½) · source / resized.</summary>
    public static LinearTaps[] Of(int source, int resized, string filter)
    {
        if (filter == PictureInputManifest.Plain)
            return [.. Enumerable.Range(0, resized).Select(i => Between(((i + 0.5) * source / resized) - 0.5, source))];
        var axis = new ResizeAxis(source, resized, 0, resized, ImageFilters.Bilinear);
        return [.. Enumerable.Range(0, resized).Select(i => new LinearTaps(axis.First(i), axis.Weights(i).ToArray()))];
    }

    // Beyond the edge is the edge.
    private static LinearTaps Between(double at, int source)
    {
        at = Math.Clamp(at, 0, source - 1);
        var first = Math.Min((int)at, Math.Max(0, source - 2));
        var share = (float)(at - first);
        return source == 1 ? new(0, [1]) : new(first, [1 - share, share]);
    }
}
