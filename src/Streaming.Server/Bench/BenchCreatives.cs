using Google.Protobuf;
using SkiaSharp;
using Streaming.Core.Contracts;
using Streaming.Server.Workloads;

namespace Streaming.Server.Bench;

/// <summary>Creatives without end: the words of the ad workload, and pictures of 224 × 224 made from a seed.</summary>
internal static class BenchCreatives
{
    private const int Side = 224, Quality = 80, Pictures = 32;

    /// <summary>New creatives of the ad workload, the same in every run but for their times.</summary>
    public static IEnumerable<Creative> Texts() =>
        new AdWorkload(new AdWorkloadOptions { EventsPerSecond = 1, NewCreativesPerSecond = 1_000, LateShare = 0, DuplicateShare = 0, BadShare = 0 }, DateTimeOffset.UtcNow)
            .Until(DateTimeOffset.MaxValue).Where(r => r.Kind == WorkloadKind.Creative).Select(r => r.Creative!);

    /// <summary>The same, each with one of a few JPEGs of noise and shapes.</summary>
    public static IEnumerable<Creative> TextsAndPictures()
    {
        var pictures = Enumerable.Range(0, Pictures).Select(Jpeg).ToArray();
        return Texts().Select((creative, i) =>
        {
            creative.Media.Add(new CreativeMedia { MimeType = "image/jpeg", Data = pictures[i % Pictures] });
            return creative;
        });
    }

    // A gradient, a few discs and some noise: as hard for a decoder as a photograph, at about 15 KiB.
    private static ByteString Jpeg(int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var (red, green, blue) = (random.Next(256), random.Next(256), random.Next(256));
        var (x0, y0, radius) = (random.Next(Side), random.Next(Side), random.Next(20, 90));
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var inside = ((x - x0) * (x - x0)) + ((y - y0) * (y - y0)) < radius * radius;
                var noise = random.Next(24);
                bitmap.SetPixel(x, y, inside ? new SKColor(Byte(255 - red + noise), Byte(255 - green + noise), Byte(255 - blue)) : new SKColor(Byte((red * x / Side) + noise), Byte((green * y / Side) + noise), Byte(blue + noise)));
            }
        }
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return ByteString.CopyFrom(data.AsSpan());
    }

    private static byte Byte(int value) => (byte)Math.Clamp(value, 0, 255);
}
