using Streaming.Models.Media;

namespace Streaming.Models.Detectors;

/// <summary>A part of a picture in whole pixels; right and bottom are outside.</summary>
public readonly record struct PixelBox(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;

    public long Area => (long)Width * Height;

    public static PixelBox Whole(DecodedImage image) => new(0, 0, image.Width, image.Height);
}
