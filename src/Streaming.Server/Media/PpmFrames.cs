using Streaming.Models.Media;

namespace Streaming.Server.Media;

/// <summary>Pictures as a stream of PPM: <c>P6 width height 255</c>, one white space, then RGB rows. What is cut off at the end is left out.</summary>
internal static class PpmFrames
{
    private const int MaxSide = 4_096;

    public static List<DecodedImage> Read(ReadOnlySpan<byte> stream)
    {
        var frames = new List<DecodedImage>();
        while (TryRead(ref stream, out var width, out var height))
        {
            var length = width * height * DecodedImage.Channels;
            if (stream.Length < length)
                break;
            frames.Add(DecodedImage.Copy(width, height, stream[..length]));
            stream = stream[length..];
        }
        return frames;
    }

    private static bool TryRead(ref ReadOnlySpan<byte> stream, out int width, out int height)
    {
        (width, height) = (0, 0);
        if (!stream.StartsWith("P6"u8))
            return false;
        stream = stream[2..];
        if (!TryNumber(ref stream, out width) || !TryNumber(ref stream, out height) || !TryNumber(ref stream, out var most) || most != 255 || stream.IsEmpty)
            return false;
        stream = stream[1..];
        return width is > 0 and <= MaxSide && height is > 0 and <= MaxSide;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> stream, out int number)
    {
        stream = stream.TrimStart(" \t\r\n"u8);
        if (!System.Buffers.Text.Utf8Parser.TryParse(stream, out number, out var used))
            return false;
        stream = stream[used..];
        return true;
    }
}
