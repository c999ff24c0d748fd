using System.Buffers.Binary;

namespace Streaming.Models.Media;

/// <summary>
/// Reads what a PNG or APNG says of itself. Source: PNG (Third Edition), W3C, sections 5 and 11.
/// </summary>
/// <remarks>
/// <code>
/// 8 signature | chunk…          chunk = 4 length (big-endian) | 4 type | length data | 4 CRC
/// IHDR data   = 4 width | 4 height | 1 bit depth | 1 colour type | 1 compression | 1 filter | 1 interlace
/// acTL data   = 4 frames | 4 plays       fcTL data = 4 sequence | 4×4 place | 2 delay numerator | 2 denominator (0 = 100) | …
/// </code>
/// </remarks>
internal static class PngHeader
{
    private const int SignatureBytes = 8;
    private const int ChunkFrameBytes = 12;

    /// <returns>Null when there is no header where one must be, or the chunks do not come to an end inside the data.</returns>
    public static ImageHeader? Read(ReadOnlySpan<byte> data)
    {
        if (data.Length < SignatureBytes + ChunkFrameBytes + 13 || !data[12..].StartsWith("IHDR"u8))
            return null;
        var width = BinaryPrimitives.ReadUInt32BigEndian(data[16..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(data[20..]);
        if (width > int.MaxValue || height > int.MaxValue)
            return null;
        return Animation(data, new ImageHeader(ImageType.Png, (int)width, (int)height));
    }

    // A decoder stops once it has all rows, so only the chunks themselves tell that the file was cut behind them.
    private static ImageHeader? Animation(ReadOnlySpan<byte> data, ImageHeader header)
    {
        var (declared, seen, seconds, ended) = (1L, 0, 0.0, false);
        for (long at = SignatureBytes; !ended && at + ChunkFrameBytes <= data.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(data[(int)at..]);
            var type = data.Slice((int)at + 4, 4);
            var body = data[((int)at + 8)..];
            if (type.SequenceEqual("acTL"u8) && body.Length >= 4)
                declared = BinaryPrimitives.ReadUInt32BigEndian(body);
            else if (type.SequenceEqual("fcTL"u8) && body.Length >= 24)
                (seen, seconds) = (seen + 1, seconds + Delay(body));
            ended = type.SequenceEqual("IEND"u8);
            at += ChunkFrameBytes + length;
        }
        if (!ended)
            return null;
        var frames = (int)Math.Min(int.MaxValue, Math.Max(1, Math.Max(declared, seen)));
        return header with { Frames = frames, Duration = frames > 1 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero };
    }

    private static double Delay(ReadOnlySpan<byte> body)
    {
        var denominator = BinaryPrimitives.ReadUInt16BigEndian(body[22..]);
        return BinaryPrimitives.ReadUInt16BigEndian(body[20..]) / (double)(denominator == 0 ? 100 : denominator);
    }
}
