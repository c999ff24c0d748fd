using System.Buffers;
using System.Numerics.Tensors;
using Streaming.Models.Media;

namespace Streaming.Models.Encoders;

/// <summary>Picture → a graph's input: resize, then (pixel − mean) / std, in the manifest's channel order and layout. No rounding in between.</summary>
/// <remarks>Immutable. Work per picture: source rows × width × taps, then height × width × taps.</remarks>
public sealed class ImagePreprocessor
{
    private readonly ImageTowerManifest _manifest;
    private readonly int _width;
    private readonly int _height;

    /// <param name="manifest">Valid, and not <see cref="ImageTowerManifest.ResizeInGraph"/>.</param>
    public ImagePreprocessor(ImageTowerManifest manifest)
    {
        (_manifest, _width, _height) = (manifest, manifest.Width!.Value, manifest.Height!.Value);
    }

    /// <summary>Numbers of one picture's input: 3 · height · width.</summary>
    public int Size => DecodedImage.Channels * _width * _height;

    /// <summary>Fills one picture's input.</summary>
    public void Fill(DecodedImage image, Span<float> input)
    {
        var (columns, rows) = Axes(image.Width, image.Height);
        var lines = rows.To - rows.From;
        var stride = _width * DecodedImage.Channels;
        var rented = ArrayPool<float>.Shared.Rent(lines * stride);
        var narrow = rented.AsSpan(0, lines * stride);
        for (var y = 0; y < lines; y++)
            ResizeRow(image.Row(rows.From + y), columns, narrow.Slice(y * stride, stride));

        Span<float> line = new float[stride];
        for (var y = 0; y < _height; y++)
        {
            ResizeColumn(narrow, rows, y, line);
            Write(line, columns, rows.Weights(y).IsEmpty, y, input);
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    private (ResizeAxis Columns, ResizeAxis Rows) Axes(int width, int height)
    {
        var scale = _manifest.Resize switch
        {
            ImageTowerManifest.CentreCrop => (double)_manifest.ShortestSide!.Value / Math.Min(width, height),
            ImageTowerManifest.Pad => Math.Min((double)_width / width, (double)_height / height),
            _ => 0,
        };
        return (Axis(width, _width, scale), Axis(height, _height, scale));
    }

    // Without a scale the axis is stretched; else what is too long is cut and what is too short gets a margin, on both sides alike.
    private ResizeAxis Axis(int source, int wanted, double scale)
    {
        var resized = scale == 0 ? wanted : Math.Max(1, (int)Math.Round(source * scale, MidpointRounding.AwayFromZero));
        return new ResizeAxis(source, resized, (int)Math.Floor((resized - wanted) / 2.0), wanted, _manifest.Filter);
    }

    private static void ResizeRow(ReadOnlySpan<byte> source, ResizeAxis columns, Span<float> target)
    {
        for (var x = 0; x < target.Length / DecodedImage.Channels; x++)
        {
            float red = 0, green = 0, blue = 0;
            var at = columns.First(x) * DecodedImage.Channels;
            foreach (var weight in columns.Weights(x))
            {
                red += weight * source[at];
                green += weight * source[at + 1];
                blue += weight * source[at + 2];
                at += DecodedImage.Channels;
            }
            (target[x * 3], target[(x * 3) + 1], target[(x * 3) + 2]) = (red, green, blue);
        }
    }

    private static void ResizeColumn(ReadOnlySpan<float> narrow, ResizeAxis rows, int y, Span<float> line)
    {
        line.Clear();
        var at = (rows.First(y) - rows.From) * line.Length;
        foreach (var weight in rows.Weights(y))
        {
            TensorPrimitives.MultiplyAdd(narrow.Slice(at, line.Length), weight, line, line);
            at += line.Length;
        }
    }

    private void Write(ReadOnlySpan<float> line, ResizeAxis columns, bool margin, int y, Span<float> input)
    {
        for (var channel = 0; channel < DecodedImage.Channels; channel++)
        {
            var place = _manifest.Channels == "bgr" ? DecodedImage.Channels - 1 - channel : channel;
            var (mean, std, pad) = (_manifest.Mean![channel], _manifest.Std![channel], _manifest.PadColour[channel]);
            var (at, step) = _manifest.Layout == "nchw" ? (((place * _height) + y) * _width, 1) : ((y * _width * DecodedImage.Channels) + place, DecodedImage.Channels);
            for (var x = 0; x < _width; x++, at += step)
            {
                var pixel = margin || columns.IsMargin(x) ? pad : Math.Clamp(line[(x * DecodedImage.Channels) + channel], 0, 255);
                input[at] = (pixel - mean) / std;
            }
        }
    }
}
