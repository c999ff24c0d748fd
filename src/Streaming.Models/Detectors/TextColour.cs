using Streaming.Models.Media;

namespace Streaming.Models.Detectors;

/// <summary>
/// The colour of text in a box: Otsu's threshold (1979) parts dark from light; the part that is rarer on the box's border is the text, and its median, channel by
/// channel, the colour.
/// </summary>
internal static class TextColour
{
    public static (byte Red, byte Green, byte Blue) Of(DecodedImage image, PixelBox box)
    {
        var light = new bool[box.Area];
        var grey = new byte[box.Area];
        for (var i = 0; i < grey.Length; i++)
        {
            var pixel = Pixel(image, box, i);
            grey[i] = (byte)Math.Round((0.299 * pixel[0]) + (0.587 * pixel[1]) + (0.114 * pixel[2]));
        }
        var threshold = Otsu(grey);
        var (onBorder, lightOnBorder) = (0, 0);
        for (var i = 0; i < grey.Length; i++)
        {
            light[i] = grey[i] > threshold;
            var (y, x) = Math.DivRem(i, box.Width);
            // A corner counts once for each of its sides.
            var sides = (y == 0 ? 1 : 0) + (y == box.Height - 1 ? 1 : 0) + (x == 0 ? 1 : 0) + (x == box.Width - 1 ? 1 : 0);
            (onBorder, lightOnBorder) = (onBorder + sides, lightOnBorder + (light[i] ? sides : 0));
        }
        return Median(image, box, light, isLight: 2 * lightOnBorder < onBorder);
    }

    private static int Otsu(byte[] grey)
    {
        Span<long> counts = stackalloc long[256];
        counts.Clear();
        foreach (var value in grey)
            counts[value]++;
        var (total, moments) = ((double)grey.Length, 0.0);
        for (var value = 0; value < 256; value++)
            moments += counts[value] * (double)value;
        var (below, momentsBelow, best, threshold) = (0.0, 0.0, -1.0, 0);
        for (var value = 0; value < 256; value++)
        {
            (below, momentsBelow) = (below + counts[value], momentsBelow + (counts[value] * (double)value));
            var between = below > 0 && below < total ? Math.Pow((moments * below / total) - momentsBelow, 2) / (below * (total - below)) : -1;
            if (between > best)
                (best, threshold) = (between, value);
        }
        return threshold;
    }

    private static (byte Red, byte Green, byte Blue) Median(DecodedImage image, PixelBox box, bool[] light, bool isLight)
    {
        var counts = new int[3, 256];
        var total = 0;
        for (var i = 0; i < light.Length; i++)
        {
            if (light[i] != isLight)
                continue;
            var pixel = Pixel(image, box, i);
            for (var channel = 0; channel < 3; channel++)
                counts[channel, pixel[channel]]++;
            total++;
        }
        return (Middle(counts, 0, total), Middle(counts, 1, total), Middle(counts, 2, total));
    }

    private static byte Middle(int[,] counts, int channel, int total)
    {
        var value = 0;
        for (var sum = counts[channel, 0]; value < 255 && 2 * sum < total; value++)
            sum += counts[channel, value + 1];
        return (byte)value;
    }

    private static ReadOnlySpan<byte> Pixel(DecodedImage image, PixelBox box, int i) =>
        image.Row(box.Top + (i / box.Width)).Slice((box.Left + (i % box.Width)) * DecodedImage.Channels, DecodedImage.Channels);
}
