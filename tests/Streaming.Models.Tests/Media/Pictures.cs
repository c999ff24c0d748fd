using Streaming.Models.Media;

namespace Streaming.Models.Tests.Media;

/// <summary>Pictures with known pixels.</summary>
internal static class Pictures
{
    public static DecodedImage Draw(int width, int height, Func<int, int, (byte Red, byte Green, byte Blue)> pixel)
    {
        var image = DecodedImage.Rent(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = image.Row(y)[(x * 3)..];
                (at[0], at[1], at[2]) = pixel(x, y);
            }
        }
        return image;
    }

    public static DecodedImage Plain(byte red, byte green, byte blue, int width = 16, int height = 16) => Draw(width, height, (_, _) => (red, green, blue));

    public static string Mime(ImageType type) => $"image/{type.ToString().ToLowerInvariant()}";
}
