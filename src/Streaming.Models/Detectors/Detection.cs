namespace Streaming.Models.Detectors;

/// <summary>Something found in a picture: edges in its pixels, and a probability.</summary>
public readonly record struct Detection(float Left, float Top, float Right, float Bottom, float Score)
{
    private float Area => Math.Max(0, Right - Left) * Math.Max(0, Bottom - Top);

    /// <summary>Intersection over union.</summary>
    public float Overlap(in Detection other)
    {
        var width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
        var height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        if (width <= 0 || height <= 0)
            return 0;
        return width * height / (Area + other.Area - (width * height));
    }

    /// <summary>The best first; each that overlaps a better one by <paramref name="maxOverlap"/> or more is dropped (non-maximum suppression).</summary>
    public static List<Detection> Best(IEnumerable<Detection> all, float maxOverlap)
    {
        var kept = new List<Detection>();
        foreach (var detection in all.OrderByDescending(d => d.Score))
        {
            if (!kept.Exists(k => k.Overlap(detection) >= maxOverlap))
                kept.Add(detection);
        }
        return kept;
    }
}
