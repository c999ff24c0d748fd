using System.Buffers.Binary;
using Streaming.Models.Media;

namespace Streaming.Server.Workloads.Media;

/// <summary>Bad PNG files.</summary>
internal static class HostilePngs
{
    private const int Side = 32;

    public static IEnumerable<MediaSample> All()
    {
        var rows = SamplePicture.PngRows(Side, Side);
        yield return Png("no pixels wide", new PngChunks().Header(0, Side).Rows(rows).End());
        yield return Png("2³¹−1 pixels a side", new PngChunks().Header(int.MaxValue, int.MaxValue).Rows(rows).End());
        yield return Png("more than 2³¹ pixels wide", new PngChunks().Header(0xFFFFFFFF, 1).Rows(rows).End());
        yield return Png("a strip of 8 million pixels", new PngChunks().Header(8_000_000, 1).Rows(rows).End());
        yield return Png("bomb: 16,384² pixels that inflate from 32 KiB", new PngChunks().Header(16_384, 16_384, depth: 1, colour: 0).Rows(new byte[16_384 * 2_049]).End());
        yield return Png("8 million pixels promised, one row given", new PngChunks().Header(4_000, 2_000).Rows(SamplePicture.PngRows(4_000, 1)).End());
        yield return Png("a million frames promised", new PngChunks().Header(Side, Side).Chunk("acTL", Numbers(1_000_000, 0)).Rows(rows).End());
        yield return Png("endless frames", EndlessFrames(rows));
        yield return Png("wrong CRC of the header", new PngChunks().Header(Side, Side, crc: 0xDEADBEEF).Rows(rows).End());
        yield return Png("wrong CRC of the data", new PngChunks().Header(Side, Side).Chunk("IDAT", PngChunks.Deflate(rows), 0xDEADBEEF).End());
        yield return Png("no zlib stream", new PngChunks().Header(Side, Side).Chunk("IDAT", rows).End());
        yield return Png("zlib stream broken in the middle", new PngChunks().Header(Side, Side).Chunk("IDAT", Broken(PngChunks.Deflate(rows))).End());
        yield return Png("no data", new PngChunks().Header(Side, Side).End());
        yield return Png("unknown filter", new PngChunks().Header(Side, Side).Rows(SamplePicture.PngRows(Side, Side, filter: 9)).End());
        yield return Png("3 bits a channel", new PngChunks().Header(Side, Side, depth: 3).Rows(rows).End());
        yield return Png("colour type 5", new PngChunks().Header(Side, Side, colour: 5).Rows(rows).End());
        yield return Png("palette without colours", new PngChunks().Header(Side, Side, colour: 3).Rows(SamplePicture.PngRows(Side, Side, 1)).End());
        yield return Png("header not first", new PngChunks().Rows(rows).Header(Side, Side).End());
        yield return Png("a chunk longer than the file", Overlong(rows));
    }

    private static byte[] EndlessFrames(byte[] rows)
    {
        var file = new PngChunks().Header(Side, Side).Chunk("acTL", Numbers(2, 0)).Rows(rows);
        for (var frame = 0; frame < 2_000; frame++)
            file.Chunk("fcTL", [.. Numbers(frame * 2, Side, Side, 0, 0), 0, 1, 0, 100, 0, 0]);
        return file.End();
    }

    private static byte[] Overlong(byte[] rows)
    {
        var start = new PngChunks().Header(Side, Side).Unfinished();
        return [.. start, 0x7F, 0xFF, 0xFF, 0xFF, .. "IDAT"u8, .. PngChunks.Deflate(rows)];
    }

    private static byte[] Broken(byte[] stream)
    {
        stream.AsSpan(stream.Length / 2).Fill(0xFF);
        return stream;
    }

    private static byte[] Numbers(params int[] numbers)
    {
        var bytes = new byte[numbers.Length * 4];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), numbers[i]);
        return bytes;
    }

    private static MediaSample Png(string what, byte[] data) => new($"{ImageType.Png}: {what}", "image/png", data);
}
