namespace Streaming.Models.Media;

/// <summary>Formats by their first bytes and by their names.</summary>
internal static class ImageTypes
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The format that the bytes are of, or null.</summary>
    public static ImageType? Sniff(ReadOnlySpan<byte> data) =>
        data.StartsWith(PngSignature) ? ImageType.Png
        : data is [0xFF, 0xD8, 0xFF, ..] ? ImageType.Jpeg
        : data.Length >= 12 && data.StartsWith("RIFF"u8) && data[8..].StartsWith("WEBP"u8) ? ImageType.WebP
        : null;

    /// <summary>The format that a MIME type names, or null. Parameters and case do not matter.</summary>
    public static ImageType? Named(string mimeType)
    {
        var name = mimeType.AsSpan();
        if (name.IndexOf(';') is var end and >= 0)
            name = name[..end];
        name = name.Trim();
        return Is(name, "image/jpeg") || Is(name, "image/jpg") ? ImageType.Jpeg
            : Is(name, "image/png") || Is(name, "image/apng") ? ImageType.Png
            : Is(name, "image/webp") ? ImageType.WebP
            : null;
    }

    /// <summary>What the bytes look like, in words, for the reader of a dead letter.</summary>
    public static string Describe(ReadOnlySpan<byte> data)
    {
        if (Sniff(data) is { } type)
            return MimeOf(type);
        if (data.StartsWith("GIF8"u8))
            return "image/gif";
        if (data.StartsWith("%PDF"u8))
            return "application/pdf";
        if (data.StartsWith("PK\u0003\u0004"u8))
            return "application/zip";
        if (data.Length >= 8 && data[4..].StartsWith("ftyp"u8))
            return "video/mp4";
        var text = data.TrimStart(" \t\r\n\uFEFF"u8);
        return text is [(byte)'<', ..] ? "markup (HTML, SVG or XML)" : $"unknown bytes {Convert.ToHexString(data[..Math.Min(8, data.Length)])}";
    }

    public static string MimeOf(ImageType type) => type switch
    {
        ImageType.Jpeg => "image/jpeg",
        ImageType.Png => "image/png",
        _ => "image/webp",
    };

    private static bool Is(ReadOnlySpan<char> name, string mimeType) => name.Equals(mimeType, StringComparison.OrdinalIgnoreCase);
}
