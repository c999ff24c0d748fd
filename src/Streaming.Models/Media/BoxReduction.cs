namespace Streaming.Models.Media;

/// <summary>Makes pictures smaller by averaging whole boxes of pixels.</summary>
public static class BoxReduction
{
    /// <summary>
    /// The picture with both sides at most <paramref name="maxSide"/>: each pixel is the mean, rounded, of a box of whole pixels, and boxes differ by at most one
    /// pixel a side. A picture that is small enough is copied. The caller disposes the result; the picture stays the caller's.
    /// </summary>
    public static DecodedImage Within(DecodedImage image, int maxSide)
    {
        var scale = Math.Min(1, (double)maxSide / Math.Max(image.Width, image.Height));
        var (width, height) = (Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
        if (width == image.Width && height == image.Height)
            return DecodedImage.Copy(width, height, image.Pixels);
        var small = DecodedImage.Rent(width, height);
        var sums = new int[width * DecodedImage.Channels];
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sums);
            var (top, bottom) = (Edge(y, image.Height, height), Edge(y + 1, image.Height, height));
            for (var row = top; row < bottom; row++)
                AddRow(image.Row(row), width, sums);
            Divide(sums, image.Width, bottom - top, small.Row(y));
        }
        return small;
    }

    private static void AddRow(ReadOnlySpan<byte> row, int width, int[] sums)
    {
        var columns = row.Length / DecodedImage.Channels;
        for (var x = 0; x < width; x++)
        {
            int red = 0, green = 0, blue = 0;
            var end = Edge(x + 1, columns, width) * DecodedImage.Channels;
            for (var at = Edge(x, columns, width) * DecodedImage.Channels; at < end; at += DecodedImage.Channels)
                (red, green, blue) = (red + row[at], green + row[at + 1], blue + row[at + 2]);
            (sums[x * 3], sums[(x * 3) + 1], sums[(x * 3) + 2]) = (sums[x * 3] + red, sums[(x * 3) + 1] + green, sums[(x * 3) + 2] + blue);
        }
    }

    private static void Divide(int[] sums, int columns, int rows, Span<byte> target)
    {
        var width = target.Length / DecodedImage.Channels;
        for (var i = 0; i < target.Length; i++)
        {
            var x = i / DecodedImage.Channels;
            var count = (Edge(x + 1, columns, width) - Edge(x, columns, width)) * rows;
            target[i] = (byte)((sums[i] + (count / 2)) / count);
        }
    }

    private static int Edge(int index, int source, int target) => (int)((long)index * source / target);
}
