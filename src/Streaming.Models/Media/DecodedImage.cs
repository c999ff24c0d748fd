using System.Buffers;

namespace Streaming.Models.Media;

/// <summary>
/// A picture in memory: RGB, 8 bits a channel, row-major, without padding, the top row first. Transparency has been laid over white and the
/// camera's orientation has been applied. The buffer is pooled: whoever holds the picture disposes it once, and keeps no span beyond that.
/// Not safe for concurrent writers; readers may share it.
/// </summary>
public sealed class DecodedImage : IDisposable
{
    /// <summary>Bytes of a pixel: red, green, blue.</summary>
    public const int Channels = 3;

    private readonly int _lengthBytes;
    private byte[]? _buffer;

    private DecodedImage(int width, int height, byte[] buffer)
    {
        (Width, Height, _buffer) = (width, height, buffer);
        _lengthBytes = checked(width * height * Channels);
    }

    /// <summary>Pixels of a row, at least 1.</summary>
    public int Width { get; }

    /// <summary>Rows, at least 1.</summary>
    public int Height { get; }

    /// <summary>All <c>Height · Width · 3</c> bytes; the pixel at (x, y) begins at <c>(y · Width + x) · 3</c>.</summary>
    /// <exception cref="ObjectDisposedException">The picture was disposed.</exception>
    public Span<byte> Pixels => (_buffer ?? throw new ObjectDisposedException(nameof(DecodedImage))).AsSpan(0, _lengthBytes);

    /// <summary>The <c>Width · 3</c> bytes of one row.</summary>
    public Span<byte> Row(int y) => Pixels.Slice(y * Width * Channels, Width * Channels);

    /// <summary>A picture whose pixels are not set yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is under 1, or both together pass 2 GiB.</exception>
    public static DecodedImage Rent(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)width * height * Channels, int.MaxValue, nameof(height));
        return new(width, height, ArrayPool<byte>.Shared.Rent(width * height * Channels));
    }

    /// <summary>A copy of given pixels.</summary>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels"><c>height · width · 3</c> bytes.</param>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public static DecodedImage Copy(int width, int height, ReadOnlySpan<byte> pixels)
    {
        var image = Rent(width, height);
        if (pixels.Length != image._lengthBytes)
            throw new ArgumentException($"{pixels.Length} bytes; {width}×{height} pixels need {image._lengthBytes}", nameof(pixels));
        pixels.CopyTo(image.Pixels);
        return image;
    }

    /// <summary>Gives the buffer back. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Takes over a rented buffer whose first <c>height · width · 3</c> bytes are the pixels.</summary>
    internal static DecodedImage Adopt(int width, int height, byte[] rented) => new(width, height, rented);
}
