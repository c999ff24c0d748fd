using SkiaSharp;

namespace Streaming.Models.Media;

/// <summary>Writes pictures: for generated workloads, benches and tests. The pipeline itself only reads.</summary>
public static class ImageEncoder
{
    /// <param name="image">Stays the caller's.</param>
    /// <param name="type">Format.</param>
    /// <param name="quality">0..100; for WebP 100 is lossless; PNG takes no notice.</param>
    public static byte[] Encode(DecodedImage image, ImageType type, int quality = 90)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var from = image.Pixels;
        var to = bitmap.GetPixelSpan();
        for (var pixel = 0; pixel < image.Width * image.Height; pixel++)
        {
            from.Slice(pixel * 3, 3).CopyTo(to[(pixel * 4)..]);
            to[(pixel * 4) + 3] = 255;
        }
        using var content = bitmap.Encode(Format(type), quality);
        return content.ToArray();
    }

    private static SKEncodedImageFormat Format(ImageType type) => type switch
    {
        ImageType.Jpeg => SKEncodedImageFormat.Jpeg,
        ImageType.Png => SKEncodedImageFormat.Png,
        _ => SKEncodedImageFormat.Webp,
    };
}
