using Streaming.Models.Media;
using static Streaming.Server.Workloads.Media.JpegEdits;

namespace Streaming.Server.Workloads.Media;

/// <summary>Bad JPEG files.</summary>
internal static class HostileJpegs
{
    public static IEnumerable<MediaSample> All()
    {
        var file = SamplePicture.Encode(ImageType.Jpeg, 200, 120);
        yield return Jpeg("65,535 pixels a side", Overwrite(file, FrameHeader, 5, 0xFF, 0xFF, 0xFF, 0xFF));
        yield return Jpeg("no rows", Overwrite(file, FrameHeader, 5, 0, 0));
        yield return Jpeg("8 million pixels promised, a stamp given", Overwrite(file, FrameHeader, 5, 0x07, 0xD0, 0x0F, 0xA0));
        yield return Jpeg("no frame header", Without(file, FrameHeader));
        yield return Jpeg("no quantisation tables", Without(file, QuantisationTable));
        yield return Jpeg("Huffman table with more codes than bits can tell", Overwrite(file, HuffmanTable, 5, 0xFF, 0xFF, 0xFF, 0xFF));
        yield return Jpeg("12 bits a channel", Overwrite(file, FrameHeader, 4, 12));
        yield return Jpeg("lossless coding", Overwrite(file, FrameHeader, 1, 0xC3));
        yield return Jpeg("hierarchical coding", Overwrite(file, FrameHeader, 1, 0xC5));
        yield return Jpeg("no components", Overwrite(file, FrameHeader, 9, 0));
        yield return Jpeg("sampling factor 0", Overwrite(file, FrameHeader, 11, 0));
        yield return Jpeg("2,000 scans", RepeatScan(Overwrite(file, FrameHeader, 1, 0xC2), 2_000));
        yield return Jpeg("only comments", [0xFF, 0xD8, .. Enumerable.Repeat((byte[])[0xFF, 0xFE, 0, 4, 1, 2], 10_000).SelectMany(c => c), 0xFF, 0xD9]);
        yield return Jpeg("a segment longer than the file", [0xFF, 0xD8, 0xFF, 0xC0, 0xFF, 0xFF, 8]);
    }

    private static MediaSample Jpeg(string what, byte[] data) => new($"{ImageType.Jpeg}: {what}", "image/jpeg", data);
}
