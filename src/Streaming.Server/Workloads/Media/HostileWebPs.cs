using System.Buffers.Binary;
using System.Text;
using Streaming.Models.Media;

namespace Streaming.Server.Workloads.Media;

/// <summary>Bad WebP files. Layout: RFC 9649.</summary>
internal static class HostileWebPs
{
    public static IEnumerable<MediaSample> All()
    {
        var lossy = SamplePicture.Encode(ImageType.WebP, 200, 120);
        yield return WebP("canvas of 16,777,216 pixels a side", File(Chunk("VP8X", [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])));
        yield return WebP("canvas without a picture", File(Chunk("VP8X", Canvas(16, 16)), Chunk("XXXX", new byte[32])));
        yield return WebP("lossy, 16,383 pixels a side", Overwrite(lossy, 26, 0xFF, 0x3F, 0xFF, 0x3F));
        yield return WebP("lossy, no pixels", Overwrite(lossy, 26, 0, 0, 0, 0));
        yield return WebP("lossy, no start code", Overwrite(lossy, 23, 0, 0, 0));
        yield return WebP("lossless, 16,384 pixels a side", File(Chunk("VP8L", [0x2F, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[16]])));
        yield return WebP("lossless, wrong signature", File(Chunk("VP8L", [0x2E, 1, 1, 1, 1, .. new byte[16]])));
        yield return WebP("lossless, noise", File(Chunk("VP8L", [0x2F, 0x1F, 0xC0, 0x07, 0x00, .. Enumerable.Repeat((byte)0xA5, 64)])));
        yield return WebP("5,000 frames", File([Chunk("VP8X", Canvas(16, 16, animated: true)), Chunk("ANIM", new byte[6]), .. Enumerable.Repeat(Chunk("ANMF", new byte[24]), 5_000)]));
        yield return WebP("a RIFF longer than the file", Overwrite(lossy, 4, 0xFF, 0xFF, 0xFF, 0x7F));
        yield return WebP("a chunk longer than the file", Overwrite(lossy, 16, 0xFF, 0xFF, 0xFF, 0xFF));
    }

    private static byte[] Canvas(int width, int height, bool animated = false) =>
        [(byte)(animated ? 2 : 0), 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0];

    private static byte[] File(params byte[][] chunks)
    {
        byte[] body = [.. "WEBP"u8, .. chunks.SelectMany(c => c)];
        return [.. "RIFF"u8, .. Size(body.Length), .. body];
    }

    private static byte[] Chunk(string type, byte[] data) => [.. Encoding.ASCII.GetBytes(type), .. Size(data.Length), .. data, .. new byte[data.Length & 1]];

    private static byte[] Size(int size)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, size);
        return bytes;
    }

    private static byte[] Overwrite(byte[] file, int at, params byte[] bytes)
    {
        var copy = (byte[])file.Clone();
        bytes.CopyTo(copy, at);
        return copy;
    }

    private static MediaSample WebP(string what, byte[] data) => new($"{ImageType.WebP}: {what}", "image/webp", data);
}
