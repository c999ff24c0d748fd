namespace Streaming.Models.Encoders;

/// <summary>Resize filters by name. All but nearest widen when a picture shrinks (antialiased), as Pillow's do.</summary>
public static class ImageFilters
{
    public const string Nearest = "nearest";

    /// <summary>Triangle: weight 1 − |x| for |x| &lt; 1.</summary>
    public const string Bilinear = "bilinear";

    /// <summary>Keys' cubic with a = −0.5, |x| &lt; 2.</summary>
    public const string Bicubic = "bicubic";

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } = [Nearest, Bilinear, Bicubic];

    internal static double Support(string filter) => filter == Bicubic ? 2 : 1;

    /// <summary>A filter's weight at a distance, in pixels of the narrower of input and output; not for nearest.</summary>
    public static double Weight(string filter, double x)
    {
        x = Math.Abs(x);
        if (filter != Bicubic)
            return Math.Max(0, 1 - x);
        const double A = -0.5;
        return x < 1 ? (((A + 2) * x - (A + 3)) * x * x) + 1
            : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * A
            : 0;
    }
}
