using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Detectors;

/// <summary>One picture as a graph's input.</summary>
/// <param name="Values">[3, <paramref name="CanvasHeight"/>, <paramref name="CanvasWidth"/>].</param>
/// <param name="Width">Columns that the picture takes, from the left.</param>
/// <param name="Height">Rows that it takes, from the top.</param>
/// <param name="CanvasWidth">Columns.</param>
/// <param name="CanvasHeight">Rows.</param>
internal sealed record PictureInput(float[] Values, int Width, int Height, int CanvasWidth, int CanvasHeight)
{
    public long[] Shape => [1, DecodedImage.Channels, CanvasHeight, CanvasWidth];

    /// <summary>The whole picture as the manifest says.</summary>
    public static PictureInput Of(DecodedImage image, PictureInputManifest manifest)
    {
        if (manifest.Width is { } fixedWidth)
            return Resized(image, PixelBox.Whole(image), fixedWidth, manifest.Height!.Value, fixedWidth, manifest.Height.Value, manifest);
        var scale = (double)manifest.LongerSide!.Value / Math.Max(image.Width, image.Height);
        var (width, height) = (Side(image.Width * scale, manifest), Side(image.Height * scale, manifest));
        return Resized(image, PixelBox.Whole(image), width, height, Up(width, manifest.MultipleOf), Up(height, manifest.MultipleOf), manifest);
    }

    /// <summary>A part of a picture, resized to the left top of a canvas; the rest of it is 0.</summary>
    public static PictureInput Resized(DecodedImage image, PixelBox part, int width, int height, int canvasWidth, int canvasHeight, PictureInputManifest manifest)
    {
        var input = new PictureInput(new float[DecodedImage.Channels * canvasWidth * canvasHeight], width, height, canvasWidth, canvasHeight);
        var (columns, rows) = (LinearTaps.Of(part.Width, width, manifest.Filter), LinearTaps.Of(part.Height, height, manifest.Filter));
        var narrow = new float[part.Height * width * DecodedImage.Channels];
        for (var y = 0; y < part.Height; y++)
            Shrink(image.Row(part.Top + y).Slice(part.Left * DecodedImage.Channels, part.Width * DecodedImage.Channels), columns, narrow.AsSpan(y * width * DecodedImage.Channels));
        for (var y = 0; y < height; y++)
            input.Write(narrow, rows[y], y, manifest);
        return input;
    }

    private static void Shrink(ReadOnlySpan<byte> row, LinearTaps[] columns, Span<float> target)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            for (var channel = 0; channel < DecodedImage.Channels; channel++)
            {
                var sum = 0f;
                for (var tap = 0; tap < columns[x].Weights.Length; tap++)
                    sum += columns[x].Weights[tap] * row[((columns[x].First + tap) * DecodedImage.Channels) + channel];
                target[(x * DecodedImage.Channels) + channel] = sum;
            }
        }
    }

    private void Write(float[] narrow, LinearTaps taps, int y, PictureInputManifest manifest)
    {
        var stride = Width * DecodedImage.Channels;
        for (var channel = 0; channel < DecodedImage.Channels; channel++)
        {
            var plane = manifest.Channels == "bgr" ? DecodedImage.Channels - 1 - channel : channel;
            var line = Values.AsSpan((((plane * CanvasHeight) + y) * CanvasWidth), Width);
            var (mean, std) = (manifest.Mean[channel], manifest.Std[channel]);
            for (var x = 0; x < Width; x++)
            {
                var sum = 0f;
                for (var tap = 0; tap < taps.Weights.Length; tap++)
                    sum += taps.Weights[tap] * narrow[((taps.First + tap) * stride) + (x * DecodedImage.Channels) + channel];
                line[x] = (sum - mean) / std;
            }
        }
    }

    private static int Side(double length, PictureInputManifest manifest) => manifest.RoundToMultiple
        ? Math.Max(manifest.MultipleOf, (int)Math.Round(length / manifest.MultipleOf) * manifest.MultipleOf)
        : Math.Max(1, (int)Math.Round(length));

    private static int Up(int side, int multiple) => (side + multiple - 1) / multiple * multiple;
}
