using System.Buffers;
using SkiaSharp;

namespace Streaming.Models.Media;

/// <summary>Decodes with Skia's codecs (libjpeg-turbo, libpng, libwebp). The one place that knows the library.</summary>
internal static class SkiaDecoder
{
    private const int StoredChannels = 4;

    /// <param name="data">A file whose header has been checked.</param>
    /// <param name="header">That header; a file that tells the codec something else is refused.</param>
    public static unsafe MediaResult Decode(ReadOnlySpan<byte> data, ImageHeader header)
    {
        fixed (byte* bytes = data)
        {
            using var content = SKData.Create((nint)bytes, data.Length);
            using var codec = SKCodec.Create(content);
            if (codec is null)
                return Damaged(data, "its header cannot be decoded");
            if (codec.Info.Width != header.Width || codec.Info.Height != header.Height)
                return Damaged(data, $"it says {header.Width}×{header.Height} pixels in one place and {codec.Info.Width}×{codec.Info.Height} in another");
            return Pixels(codec, data, header);
        }
    }

    private static unsafe MediaResult Pixels(SKCodec codec, ReadOnlySpan<byte> data, ImageHeader header)
    {
        // No colour space: the numbers of the file are taken as they are, as the encoders' training did.
        var info = new SKImageInfo(header.Width, header.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var buffer = ArrayPool<byte>.Shared.Rent(header.Width * header.Height * StoredChannels);
        SKCodecResult result;
        fixed (byte* pixels = buffer)
            result = codec.GetPixels(info, (nint)pixels);
        if (result != SKCodecResult.Success)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return result switch
            {
                SKCodecResult.IncompleteInput => Damaged(data, "it ends too early"),
                SKCodecResult.Unimplemented or SKCodecResult.InvalidConversion => MediaResult.Refused(new(MediaVerdict.Unsupported, "data", $"{data.Length} bytes of {ImageTypes.MimeOf(header.Type)}", "must use a coding that the decoder has")),
                _ => Damaged(data, "its data is broken"),
            };
        }
        PixelLayout.FlattenInPlace(buffer, header.Width * header.Height, opaque: codec.Info.AlphaType == SKAlphaType.Opaque);
        return MediaResult.Decoded(PixelLayout.Turn(DecodedImage.Adopt(header.Width, header.Height, buffer), codec.EncodedOrigin), header);
    }

    private static MediaResult Damaged(ReadOnlySpan<byte> data, string why) =>
        MediaResult.Refused(new(MediaVerdict.Damaged, "data", $"{data.Length} bytes", $"must be a whole picture: {why}"));
}
