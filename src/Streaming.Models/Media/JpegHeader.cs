using System.Buffers.Binary;

namespace Streaming.Models.Media;

/// <summary>Reads what a JPEG says of itself. Source: ITU-T T.81, annex B.</summary>
/// <remarks>
/// <code>
/// FF D8 | segment…              segment = FF marker | 2 length (big-endian, with itself) | data
/// SOFn data = 1 precision | 2 height | 2 width | 1 components | …
/// SOS data  = … then entropy-coded bytes, in which FF is followed by 00, or by D0…D7 for a restart
/// </code>
/// The scans are counted, because each of them is a pass over the whole picture: a small progressive file with thousands of empty scans keeps
/// a decoder busy for minutes.
/// </remarks>
internal static class JpegHeader
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    /// <returns>Null when there is no frame header, or fewer bytes than its pixels can be coded in.</returns>
    public static ImageHeader? Read(ReadOnlySpan<byte> data)
    {
        ImageHeader? header = null;
        var scans = 0;
        for (var at = 2; TryMarker(data, ref at, out var marker) && marker != EndOfImage;)
        {
            if (IsStandalone(marker))
                continue;
            if (at + 2 > data.Length || BinaryPrimitives.ReadUInt16BigEndian(data[at..]) is var length && length < 2)
                break;
            if (IsFrameHeader(marker) && header is null && at + 7 <= data.Length)
                header = new ImageHeader(ImageType.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(data[(at + 5)..]), BinaryPrimitives.ReadUInt16BigEndian(data[(at + 3)..]));
            if (marker == StartOfScan)
                scans++;
            at += length;
        }
        return header is { } found && data.Length >= LeastBytes(found) ? found with { Passes = Math.Max(1, scans) } : null;
    }

    // The next FF that begins a marker: what is between segments, or is entropy-coded, is passed over.
    private static bool TryMarker(ReadOnlySpan<byte> data, ref int at, out byte marker)
    {
        marker = 0;
        while (at < data.Length)
        {
            var next = data[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= data.Length)
                return false;
            at += next + 1;
            marker = data[at];
            if (marker == 0xFF)
                continue;
            at++;
            if (marker != 0)
                return true;
        }
        return false;
    }

    // Every block of 8 × 8 has at least a bit. The decoder would paint what is missing grey.
    private static long LeastBytes(ImageHeader header) => (header.Width + 7L) / 8 * ((header.Height + 7L) / 8) / 8;

    private static bool IsStandalone(byte marker) => marker is 0x01 or (>= 0xD0 and <= 0xD8);

    private static bool IsFrameHeader(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
