using Streaming.Models.Media;

namespace Streaming.Models.Tags;

/// <summary>Sums over the pixels of pictures. What they mean is said at <see cref="PixelTags"/>.</summary>
/// <remarks>Hot path: every pixel is read once, in the reduction; all else is at most 256 × 256 a picture.</remarks>
internal sealed class PixelStatistics
{
    private const int MaxSide = 256;
    private const double SoftVariance = 300;

    private readonly long[] _families = new long[ColourFamily.Names.Count];
    private double _luma;
    private double _warmth;
    private double _clarity;
    private long _pixels;
    private int _pictures;

    public double Brightness => _luma / _pixels / 255;

    public double Warmth => _warmth / _pixels / 255;

    public double Clarity => _clarity / _pictures;

    public string Colour => ColourFamily.Names[Array.IndexOf(_families, _families.Max())];

    public void Add(DecodedImage image)
    {
        using var small = BoxReduction.Within(image, MaxSide);
        var luma = new double[small.Width * small.Height];
        for (var i = 0; i < luma.Length; i++)
        {
            var pixel = small.Pixels.Slice(i * DecodedImage.Channels, DecodedImage.Channels);
            luma[i] = (0.2126 * pixel[0]) + (0.7152 * pixel[1]) + (0.0722 * pixel[2]);
            _luma += luma[i];
            _warmth += pixel[0] - pixel[2];
            _families[ColourFamily.Of(pixel[0], pixel[1], pixel[2])]++;
        }
        var variance = LaplacianVariance(luma, small.Width, small.Height);
        _clarity += variance / (variance + SoftVariance);
        _pixels += luma.Length;
        _pictures++;
    }

    // Over the pixels that have four neighbours; a picture without such pixels shows no edge.
    private static double LaplacianVariance(double[] luma, int width, int height)
    {
        var (sum, squares, count) = (0.0, 0.0, 0);
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var at = (y * width) + x;
                var edge = luma[at - 1] + luma[at + 1] + luma[at - width] + luma[at + width] - (4 * luma[at]);
                (sum, squares, count) = (sum + edge, squares + (edge * edge), count + 1);
            }
        }
        return count == 0 ? 0 : Math.Max(0, (squares / count) - (sum / count * (sum / count)));
    }
}
