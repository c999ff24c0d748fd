using SkiaSharp;

namespace Streaming.Models.Media;

/// <summary>From the codec's pixels to those of a <see cref="DecodedImage"/>.</summary>
/// <remarks>Hot path: plain loops, no allocation but for a turned picture's own buffer.</remarks>
internal static class PixelLayout
{
    /// <summary>RGBA to RGB in one buffer, from front to back: no pixel is written before it was read. Transparency shows white.</summary>
    public static void FlattenInPlace(byte[] buffer, int pixels, bool opaque)
    {
        var bytes = buffer.AsSpan(0, pixels * 4);
        var to = 0;
        for (var from = 0; from < bytes.Length; from += 4, to += 3)
        {
            int red = bytes[from], green = bytes[from + 1], blue = bytes[from + 2], alpha = opaque ? 255 : bytes[from + 3];
            if (alpha != 255)
                (red, green, blue) = (OverWhite(red, alpha), OverWhite(green, alpha), OverWhite(blue, alpha));
            bytes[to] = (byte)red;
            bytes[to + 1] = (byte)green;
            bytes[to + 2] = (byte)blue;
        }
    }

    /// <summary>The picture as the camera was held. Takes the given one over.</summary>
    public static DecodedImage Turn(DecodedImage image, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
            return image;
        using (image)
        {
            var swaps = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
            var turned = swaps ? DecodedImage.Rent(image.Height, image.Width) : DecodedImage.Rent(image.Width, image.Height);
            for (var y = 0; y < turned.Height; y++)
            {
                var row = turned.Row(y);
                for (var x = 0; x < turned.Width; x++)
                    image.Pixels.Slice(Source(origin, x, y, image.Width, image.Height) * DecodedImage.Channels, DecodedImage.Channels).CopyTo(row[(x * DecodedImage.Channels)..]);
            }
            return turned;
        }
    }

    // Where the pixel that belongs at (x, y) is stored. EXIF 2.32, tag 0112.
    private static int Source(SKEncodedOrigin origin, int x, int y, int width, int height)
    {
        var (column, row) = origin switch
        {
            SKEncodedOrigin.TopRight => (width - 1 - x, y),
            SKEncodedOrigin.BottomRight => (width - 1 - x, height - 1 - y),
            SKEncodedOrigin.BottomLeft => (x, height - 1 - y),
            SKEncodedOrigin.LeftTop => (y, x),
            SKEncodedOrigin.RightTop => (y, height - 1 - x),
            SKEncodedOrigin.RightBottom => (width - 1 - y, height - 1 - x),
            _ => (width - 1 - y, x),
        };
        return (row * width) + column;
    }

    private static int OverWhite(int channel, int alpha) => ((channel * alpha) + (255 * (255 - alpha)) + 127) / 255;
}
