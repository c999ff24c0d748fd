namespace Streaming.Server.Workloads.Media;

/// <summary>Changes to a JPEG file's segments. Source: ITU-T T.81, annex B.</summary>
internal static class JpegEdits
{
    public const byte FrameHeader = 0xC0;
    public const byte HuffmanTable = 0xC4;
    public const byte StartOfScan = 0xDA;
    public const byte QuantisationTable = 0xDB;

    /// <summary>Where the first segment with this marker begins (its FF).</summary>
    public static int Find(byte[] file, byte marker)
    {
        for (var at = 2; at + 4 <= file.Length; at += 2 + (file[at + 2] << 8) + file[at + 3])
        {
            if (file[at + 1] == marker)
                return at;
        }
        throw new InvalidOperationException($"no segment {marker:X2}");
    }

    /// <summary>The file with bytes written over a segment, counted from its FF.</summary>
    public static byte[] Overwrite(byte[] file, byte marker, int offset, params byte[] bytes)
    {
        var copy = (byte[])file.Clone();
        bytes.CopyTo(copy, Find(file, marker) + offset);
        return copy;
    }

    /// <summary>The file without the segments of this marker.</summary>
    public static byte[] Without(byte[] file, byte marker)
    {
        var left = new List<byte>(file[..2]);
        var at = 2;
        for (; file[at + 1] != StartOfScan; at += 2 + (file[at + 2] << 8) + file[at + 3])
        {
            if (file[at + 1] != marker)
                left.AddRange(file.AsSpan(at, 2 + (file[at + 2] << 8) + file[at + 3]));
        }
        left.AddRange(file.AsSpan(at));
        return [.. left];
    }

    /// <summary>The file with its scan written many times over.</summary>
    public static byte[] RepeatScan(byte[] file, int times)
    {
        var scan = Find(file, StartOfScan);
        var copy = new List<byte>(file[..scan]);
        for (var i = 0; i < times; i++)
            copy.AddRange(file.AsSpan(scan, file.Length - scan - 2));
        return [.. copy, 0xFF, 0xD9];
    }
}
