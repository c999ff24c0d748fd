using Streaming.Core.Contracts;
using Streaming.Models.Media;

namespace Streaming.Models.Tags;

/// <summary>
/// The tags that follow from a creative's pixels: <c>screen_orientation</c>, <c>ratio</c>, <c>color</c>, <c>clarity</c>, <c>brightness</c>,
/// <c>tone</c>. Every other tag is left as it is. A pure function of the pixels.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>ratio</c> and <c>screen_orientation</c> are the first picture's: width / height; square from 0.95 to 1.05, as platforms place such creatives alike.</item>
/// <item>The others are over all pictures, each reduced to at most 256 pixels a side by averaging, so that they do not depend on the size it was
/// delivered in.</item>
/// <item><c>brightness</c>: mean luma, 0.2126 R + 0.7152 G + 0.0722 B, over 255.</item>
/// <item><c>color</c>: the <see cref="ColourFamily"/> that most pixels belong to.</item>
/// <item><c>tone</c>: mean red minus mean blue, over 255: warm above 0.05, cool below −0.05, else neutral.</item>
/// <item><c>clarity</c>: v / (v + 300), where v is the variance of luma's Laplacian (four neighbours; Pech-Pacheco et al. 2000): 0 for a plain
/// or completely blurred picture, about 0.15 for a soft one, 0.7 and up for a sharp photograph; the mean over the pictures.</item>
/// </list>
/// </remarks>
public static class PixelTags
{
    private const double SquareTolerance = 0.05;
    private const double ToneThreshold = 0.05;

    /// <param name="images">The creative's pictures, in order; without one nothing is set.</param>
    /// <param name="tags">Receives the tags.</param>
    public static void Fill(IReadOnlyList<DecodedImage> images, CreativeTags tags)
    {
        if (images.Count == 0)
            return;
        var statistics = new PixelStatistics();
        foreach (var image in images)
            statistics.Add(image);
        tags.Ratio = (double)images[0].Width / images[0].Height;
        tags.ScreenOrientation = tags.Ratio > 1 + SquareTolerance ? "landscape" : tags.Ratio < 1 - SquareTolerance ? "portrait" : "square";
        tags.Brightness = statistics.Brightness;
        tags.Color = statistics.Colour;
        tags.Clarity = statistics.Clarity;
        tags.Tone = statistics.Warmth > ToneThreshold ? "warm" : statistics.Warmth < -ToneThreshold ? "cool" : "neutral";
    }
}
