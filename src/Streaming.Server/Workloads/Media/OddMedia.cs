using Streaming.Models.Media;

namespace Streaming.Server.Workloads.Media;

/// <summary>Files that look suspicious and are pictures all the same: refusing them would be a mistake.</summary>
public static class OddMedia
{
    private const int Side = 32;

    /// <summary>All of them; every one must be decoded.</summary>
    public static IReadOnlyList<MediaSample> All { get; } = [.. Pngs(), .. Others()];

    private static IEnumerable<MediaSample> Pngs()
    {
        var rows = SamplePicture.PngRows(Side, Side);
        yield return Png("one pixel", new PngChunks().Header(1, 1).Rows(SamplePicture.PngRows(1, 1)).End());
        yield return Png("grey, one bit", new PngChunks().Header(Side, Side, depth: 1, colour: 0).Rows(new byte[Side * 5]).End());
        yield return Png("16 bits, with transparency", new PngChunks().Header(Side, Side, depth: 16, colour: 6).Rows(SamplePicture.PngRows(Side, Side, 8)).End());
        yield return Png("interlaced", new PngChunks().Header(Side, Side, interlace: 1).Rows(new byte[Side * Side * 4]).End());
        yield return Png("palette", new PngChunks().Header(Side, Side, colour: 3).Chunk("PLTE", [255, 0, 0]).Rows(new byte[Side * (Side + 1)]).End());
        yield return Png("a comment that inflates to 100 MiB", new PngChunks().Header(Side, Side).Chunk("zTXt", [.. "a\0\0"u8, .. PngChunks.Deflate(new byte[100 << 20])]).Rows(rows).End());
        yield return Png("a colour profile that inflates to 100 MiB", new PngChunks().Header(Side, Side).Chunk("iCCP", [.. "a\0\0"u8, .. PngChunks.Deflate(new byte[100 << 20])]).Rows(rows).End());
        yield return Png("a web page behind its end", [.. new PngChunks().Header(Side, Side).Rows(rows).End(), .. "<script>alert(1)</script>"u8]);
        yield return Png("wrong CRC of a comment", new PngChunks().Header(Side, Side).Chunk("tEXt", "a\0b"u8, 1).Rows(rows).End());
    }

    private static IEnumerable<MediaSample> Others()
    {
        var jpeg = SamplePicture.Encode(ImageType.Jpeg, Side, Side);
        yield return new("JPEG with another name of its type", "IMAGE/JPG; quality=90", jpeg);
        yield return new("JPEG with a ZIP behind its end", "image/jpeg", [.. jpeg, 0x50, 0x4B, 0x03, 0x04]);
        yield return new("JPEG for printing: four inks", "image/jpeg", FourInks());
        yield return new("picture without a declared type", "", SamplePicture.Encode(ImageType.WebP, Side, Side));
        yield return new("lossless WebP", "image/webp", SamplePicture.Encode(ImageType.WebP, Side, Side, quality: 100));
    }

    // One block each of cyan, magenta, yellow and black, all of the middle value: a Huffman table with one code each for "no difference" and
    // "end of block" makes it eight zero bits.
    private static byte[] FourInks() =>
    [
        0xFF, 0xD8,
        0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0,
        0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
        0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
        0xFF, 0xC4, 0, 20, 0x00, 1, .. new byte[15], 0,
        0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0,
        0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0,
        0x00,
        0xFF, 0xD9,
    ];

    private static MediaSample Png(string what, byte[] data) => new($"{ImageType.Png}: {what}", "image/png", data);
}
