using Streaming.Models.Media;

namespace Streaming.Server.Workloads.Media;

/// <summary>The picture that the samples are made of: gradients, which every format stores at some length.</summary>
public static class SamplePicture
{
    /// <summary>A picture, which the caller disposes.</summary>
    public static DecodedImage Draw(int width, int height)
    {
        var image = DecodedImage.Rent(width, height);
        for (var y = 0; y < height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < width; x++)
                (row[x * 3], row[(x * 3) + 1], row[(x * 3) + 2]) = ((byte)(x * 255 / width), (byte)(y * 255 / height), (byte)((x ^ y) * 3));
        }
        return image;
    }

    /// <summary>The same as a file.</summary>
    public static byte[] Encode(ImageType type, int width, int height, int quality = 90)
    {
        using var image = Draw(width, height);
        return ImageEncoder.Encode(image, type, quality);
    }

    /// <summary>Rows as PNG filters them: each begins with the number of its filter.</summary>
    public static byte[] PngRows(int width, int height, int bytesPerPixel = 3, byte filter = 0)
    {
        var rows = new byte[height * ((width * bytesPerPixel) + 1)];
        for (var at = 0; at < rows.Length; at++)
            rows[at] = at % ((width * bytesPerPixel) + 1) == 0 ? filter : (byte)(at * 7);
        return rows;
    }
}
