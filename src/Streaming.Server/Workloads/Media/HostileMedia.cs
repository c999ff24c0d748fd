using Streaming.Models.Media;

namespace Streaming.Server.Workloads.Media;

/// <summary>Broken and hostile files, made anew from code: what a platform that takes pictures from everybody must refuse cheaply.</summary>
public static class HostileMedia
{
    /// <summary>All of them; every one must be refused.</summary>
    public static IReadOnlyList<MediaSample> All { get; } = [.. Truncated(), .. Disguised(), .. HostilePngs.All(), .. HostileJpegs.All(), .. HostileWebPs.All()];

    private static IEnumerable<MediaSample> Truncated()
    {
        foreach (var type in Enum.GetValues<ImageType>())
        {
            var file = SamplePicture.Encode(type, 200, 120);
            foreach (var share in new[] { 1, 10, 30, 60, 90 })
                yield return new($"{type} cut at {share}%", Mime(type), file[..Math.Max(3, file.Length * share / 100)]);
        }
    }

    private static IEnumerable<MediaSample> Disguised()
    {
        yield return new("nothing", "image/png", []);
        yield return new("one byte", "image/jpeg", [0xFF]);
        yield return new("text", "image/png", "There is no picture here"u8.ToArray());
        yield return new("SVG as PNG", "image/png", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"u8.ToArray());
        yield return new("SVG by its own name", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray());
        yield return new("HTML as PNG", "image/png", "\n <!DOCTYPE html><img src=x onerror=alert(1)>"u8.ToArray());
        yield return new("HTML behind a JPEG's first bytes", "image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0, .. "<html><script>alert(1)</script></html>"u8]);
        yield return new("script behind a GIF's first bytes", "image/gif", "GIF89a=1;alert(1)"u8.ToArray());
        yield return new("PDF as JPEG", "image/jpeg", "%PDF-1.7 1 0 obj<</JS(app.alert(1))>>"u8.ToArray());
        yield return new("ZIP as WebP", "image/webp", [0x50, 0x4B, 0x03, 0x04, .. new byte[64]]);
        yield return new("MP4 as JPEG", "image/jpeg", [0, 0, 0, 24, .. "ftypmp42"u8, .. new byte[64]]);
        yield return new("PNG as JPEG", "image/jpeg", SamplePicture.Encode(ImageType.Png, 16, 16));
        yield return new("JPEG as WebP", "image/webp", SamplePicture.Encode(ImageType.Jpeg, 16, 16));
        yield return new("WebP as PNG", "image/png", SamplePicture.Encode(ImageType.WebP, 16, 16));
        yield return new("sound in a RIFF", "image/webp", [.. "RIFF"u8, 36, 0, 0, 0, .. "WAVEfmt "u8, .. new byte[40]]);
        yield return new("more bytes than allowed", "image/png", [.. SamplePicture.Encode(ImageType.Png, 16, 16), .. new byte[new MediaLimits().MaxBytes]]);
    }

    private static string Mime(ImageType type) => $"image/{type.ToString().ToLowerInvariant()}";
}
