using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Streaming.Server.Workloads.Media;

/// <summary>A PNG file written chunk by chunk behind its signature, so that any of them can be wrong. Source: PNG (Third Edition), W3C, section 5.</summary>
public sealed class PngChunks
{
    private readonly List<byte> _file = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Appends a chunk, with the right CRC unless another is given.</summary>
    public PngChunks Chunk(string type, ReadOnlySpan<byte> data, uint? crc = null)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, (uint)data.Length);
        _file.AddRange(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        _file.AddRange(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc ?? Crc(body));
        _file.AddRange(number);
        return this;
    }

    /// <summary>Appends the header chunk.</summary>
    public PngChunks Header(uint width, uint height, byte depth = 8, byte colour = 2, byte interlace = 0, uint? crc = null)
    {
        var data = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(data, width);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[12]) = (depth, colour, interlace);
        return Chunk("IHDR", data, crc);
    }

    /// <summary>Appends compressed rows.</summary>
    public PngChunks Rows(ReadOnlySpan<byte> rows) => Chunk("IDAT", Deflate(rows));

    /// <summary>Appends the end, and gives the file.</summary>
    public byte[] End() => Chunk("IEND", []).Unfinished();

    /// <summary>The file as it is.</summary>
    public byte[] Unfinished() => [.. _file];

    /// <summary>A zlib stream.</summary>
    public static byte[] Deflate(ReadOnlySpan<byte> data)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            stream.Write(data);
        return packed.ToArray();
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
