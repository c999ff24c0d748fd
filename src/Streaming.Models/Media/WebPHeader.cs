using System.Buffers.Binary;

namespace Streaming.Models.Media;

/// <summary>Reads what a WebP says of itself. Source: RFC 9649, sections 2 and 3.</summary>
/// <remarks>
/// <code>
/// "RIFF" | 4 size (little-endian, of what follows) | "WEBP" | chunk…     chunk = 4 type | 4 size | data | pad to even
/// VP8X data  = 1 flags | 3 reserved | 3 width − 1 | 3 height − 1
/// "VP8 " data = 3 frame tag | 9D 01 2A | 2 scale and width (14 bits) | 2 scale and height
/// VP8L data  = 2F | 14 bits width − 1 | 14 bits height − 1 | …
/// ANMF data  = 3 x | 3 y | 3 width − 1 | 3 height − 1 | 3 duration in ms | 1 flags | …
/// </code>
/// </remarks>
internal static class WebPHeader
{
    /// <returns>Null when there is no header, or the file ends before its own size.</returns>
    public static ImageHeader? Read(ReadOnlySpan<byte> data)
    {
        var size = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        if (data.Length < 30 || size + 8L > data.Length)
            return null;
        var body = data[20..];
        var first = data.Slice(12, 4);
        if (first.SequenceEqual("VP8 "u8))
            return body[3..].StartsWith(new byte[] { 0x9D, 0x01, 0x2A }) ? Sized(U16(body, 6) & 0x3FFF, U16(body, 8) & 0x3FFF) : null;
        if (first.SequenceEqual("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
            return body[0] == 0x2F ? Sized((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1) : null;
        }
        return first.SequenceEqual("VP8X"u8) ? Animation(data, Sized(U24(body, 4) + 1, U24(body, 7) + 1)) : null;
    }

    private static ImageHeader Animation(ReadOnlySpan<byte> data, ImageHeader header)
    {
        var (frames, milliseconds) = (0, 0L);
        for (long at = 12; at + 8 <= data.Length;)
        {
            var chunk = data[(int)at..];
            var size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("ANMF"u8) && chunk.Length >= 24)
                (frames, milliseconds) = (frames + 1, milliseconds + U24(chunk, 8 + 12));
            at += 8 + size + (size & 1);
        }
        return header with { Frames = Math.Max(1, frames), Duration = frames > 1 ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.Zero };
    }

    private static ImageHeader Sized(int width, int height) => new(ImageType.WebP, width, height);

    private static int U16(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt16LittleEndian(data[at..]);

    private static int U24(ReadOnlySpan<byte> data, int at) => data[at] | (data[at + 1] << 8) | (data[at + 2] << 16);
}
