using System.Globalization;

namespace Streaming.Models.Media;

/// <summary>
/// Turns the bytes of a picture into pixels, or says why not. Bytes from outside never throw: sizes and frames are read from the header and
/// checked first, so that a decompression bomb costs a look at its header. Immutable; safe for any thread.
/// </summary>
public sealed class MediaDecoder(MediaLimits limits)
{
    // Beyond this no format here goes, but for strips that no one draws.
    private const int MaxSide = 16_384;

    // Encoders make about 10; each is a pass over the picture.
    private const int MaxPasses = 40;

    /// <summary>What media may cost.</summary>
    public MediaLimits Limits => limits;

    /// <summary>Decodes one picture.</summary>
    /// <param name="data">JPEG, PNG or WebP.</param>
    /// <param name="mimeType">What it is said to be; empty = whatever it is.</param>
    /// <returns>The picture, which the caller disposes, or the reason.</returns>
    public MediaResult Decode(ReadOnlySpan<byte> data, string mimeType) =>
        Inspect(data, mimeType, out var header) is { } fault ? MediaResult.Refused(fault) : SkiaDecoder.Decode(data, header);

    /// <summary>All that <see cref="Decode"/> checks before it decodes.</summary>
    /// <returns>The reason to refuse, or null.</returns>
    public MediaFault? Inspect(ReadOnlySpan<byte> data, string mimeType, out ImageHeader header)
    {
        header = default;
        if (CheckBytes(data, mimeType) is { } fault)
            return fault;
        var type = ImageTypes.Sniff(data)!.Value;
        if (Header(type, data) is not { } found)
            return new(MediaVerdict.Damaged, "data", $"{data.Length} bytes", $"must be a whole {ImageTypes.MimeOf(type)}: its header is missing or broken, or it ends too early");
        header = found;
        return CheckHeader(found);
    }

    private MediaFault? CheckBytes(ReadOnlySpan<byte> data, string mimeType)
    {
        if (data.IsEmpty)
            return new(MediaVerdict.Empty, "data", "0 bytes", "must hold a picture");
        if (data.Length > limits.MaxBytes)
            return new(MediaVerdict.TooManyBytes, "data", $"{data.Length} bytes", $"must have at most {limits.MaxBytes} bytes");
        if (mimeType.Length > 0 && ImageTypes.Named(mimeType) is null)
            return new(MediaVerdict.UnknownType, "mime_type", mimeType, "must be image/jpeg, image/png or image/webp");
        if (ImageTypes.Sniff(data) is not { } type)
            return new(MediaVerdict.UnknownType, "data", ImageTypes.Describe(data), "must begin like a JPEG, PNG or WebP");
        return mimeType.Length > 0 && ImageTypes.Named(mimeType) != type
            ? new(MediaVerdict.WrongType, "mime_type", mimeType, $"must be what the bytes are: {ImageTypes.MimeOf(type)}")
            : null;
    }

    private MediaFault? CheckHeader(ImageHeader header)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"{header.Width}×{header.Height} pixels");
        if (header.Width < 1 || header.Height < 1)
            return new(MediaVerdict.BadDimensions, "data", size, "must have at least one pixel");
        if (header.Width > MaxSide || header.Height > MaxSide || (long)header.Width * header.Height > limits.MaxPixels)
            return new(MediaVerdict.BadDimensions, "data", size, $"must have at most {limits.MaxPixels} pixels, and {MaxSide} a side");
        if (header.Frames > limits.MaxFrames)
            return new(MediaVerdict.TooManyFrames, "data", $"{header.Frames} frames", $"must have at most {limits.MaxFrames} frames");
        return header.Passes > MaxPasses
            ? new(MediaVerdict.TooManyFrames, "data", $"{header.Passes} scans", $"must have at most {MaxPasses} scans")
            : null;
    }

    private static ImageHeader? Header(ImageType type, ReadOnlySpan<byte> data) => type switch
    {
        ImageType.Png => PngHeader.Read(data),
        ImageType.Jpeg => JpegHeader.Read(data),
        _ => WebPHeader.Read(data),
    };
}
