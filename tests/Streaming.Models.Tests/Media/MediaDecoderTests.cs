using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.Media;

namespace Streaming.Models.Tests.Media;

public sealed class MediaDecoderTests
{
    private readonly MediaDecoder _decoder = new(new MediaLimits());

    [Theory]
    [InlineData(ImageType.Png, 100, 0)]
    [InlineData(ImageType.WebP, 100, 0)]
    [InlineData(ImageType.Jpeg, 95, 12)]
    public void Pixels_come_back_in_order(ImageType type, int quality, int tolerance)
    {
        using var drawn = Pictures.Draw(24, 16, (x, y) => ((byte)(x * 10), (byte)(y * 12), (byte)(200 - (x * 4))));
        using var decoded = _decoder.Decode(ImageEncoder.Encode(drawn, type, quality), Pictures.Mime(type)).Image!;

        Assert.Equal((24, 16), (decoded.Width, decoded.Height));
        for (var i = 0; i < drawn.Pixels.Length; i++)
            Assert.InRange(decoded.Pixels[i], drawn.Pixels[i] - tolerance, drawn.Pixels[i] + tolerance);
    }

    [Theory]
    [InlineData(ImageType.Jpeg)]
    [InlineData(ImageType.Png)]
    [InlineData(ImageType.WebP)]
    public void Header_tells_type_and_size(ImageType type)
    {
        using var drawn = Pictures.Draw(40, 30, (_, _) => (10, 20, 30));
        var result = _decoder.Decode(ImageEncoder.Encode(drawn, type), "");
        result.Image!.Dispose();

        Assert.Equal(new ImageHeader(type, 40, 30), result.Header);
    }

    [Fact]
    public void Limits_are_looked_up_in_the_header_before_anything_is_decoded()
    {
        using var drawn = Pictures.Draw(100, 100, (_, _) => (1, 2, 3));
        var file = ImageEncoder.Encode(drawn, ImageType.Png);

        Assert.Equal(MediaVerdict.Decoded, Verdict(new MediaLimits { MaxPixels = 10_000 }));
        Assert.Equal(MediaVerdict.BadDimensions, Verdict(new MediaLimits { MaxPixels = 9_999 }));
        Assert.Equal(MediaVerdict.TooManyBytes, Verdict(new MediaLimits { MaxBytes = file.Length - 1 }));
        // What comes behind the header is not looked at: it may be anything.
        file.AsSpan(33, 20).Clear();
        Assert.Equal(MediaVerdict.BadDimensions, Verdict(new MediaLimits { MaxPixels = 9_999 }, file[..33].Concat(PngEnd).ToArray()));

        MediaVerdict Verdict(MediaLimits limits, byte[]? data = null)
        {
            var result = new MediaDecoder(limits).Decode(data ?? file, "image/png");
            result.Image?.Dispose();
            return result.Verdict;
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(7, true)]
    [InlineData(8, true)]
    public void A_camera_held_otherwise_gives_an_upright_picture(int orientation, bool swaps)
    {
        // Red at the stored left top, green right top, blue left bottom, white right bottom.
        using var stored = Pictures.Draw(32, 16, (x, y) => (x < 16, y < 8) switch { (true, true) => (255, 0, 0), (false, true) => (0, 255, 0), (true, false) => (0, 0, 255), _ => (255, 255, 255) });
        using var upright = _decoder.Decode(WithOrientation(ImageEncoder.Encode(stored, ImageType.Jpeg, 100), orientation), "image/jpeg").Image!;

        Assert.Equal(swaps ? (16, 32) : (32, 16), (upright.Width, upright.Height));
        // EXIF 2.32, tag 0112: where row 0 and column 0 of what is stored are in the scene.
        var corners = "RGBW";
        var expected = orientation switch { 1 => "RGBW", 2 => "GRWB", 3 => "WBGR", 4 => "BWRG", 5 => "RBGW", 6 => "BRWG", 7 => "WGBR", _ => "GWRB" };
        Assert.Equal(expected, string.Concat(Corner(4, 4), Corner(upright.Width - 4, 4), Corner(4, upright.Height - 4), Corner(upright.Width - 4, upright.Height - 4)));

        string Corner(int x, int y)
        {
            var pixel = upright.Row(y).Slice(x * 3, 3);
            var (red, green, blue) = (pixel[0] > 128, pixel[1] > 128, pixel[2] > 128);
            return corners[(red, green, blue) switch { (true, true, true) => 3, (_, _, true) => 2, (_, true, _) => 1, _ => 0 }].ToString();
        }
    }

    [Fact]
    public void Any_bytes_behind_good_first_bytes_give_a_verdict_and_no_exception()
    {
        byte[][] starts = [[0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [.. "RIFF\x40\0\0\0WEBPVP8X"u8]];
        var files = from start in Gen.Elements(starts) from rest in ArbMap.Default.GeneratorFor<byte[]>() select (byte[])[.. start, .. rest];
        Prop.ForAll(files.ToArbitrary(), file => _decoder.Decode(file, "").Verdict != MediaVerdict.Decoded).QuickCheckThrowOnFailure(seed: 5, maxTest: 500);
    }

    [Fact]
    public void A_good_file_with_any_byte_changed_gives_a_picture_or_a_verdict()
    {
        foreach (var type in Enum.GetValues<ImageType>())
        {
            using var drawn = Pictures.Draw(20, 20, (x, y) => ((byte)(x * 12), (byte)(y * 12), 90));
            var file = ImageEncoder.Encode(drawn, type);
            for (var at = 0; at < file.Length; at++)
            {
                file[at] ^= 0xFF;
                var result = _decoder.Decode(file, "");
                Assert.Equal(result.Image is null, result.Fault is not null);
                result.Image?.Dispose();
                file[at] ^= 0xFF;
            }
        }
    }

    [Fact]
    public void A_disposed_picture_gives_no_pixels()
    {
        var image = DecodedImage.Rent(2, 2);
        image.Dispose();
        image.Dispose();
        Assert.Throws<ObjectDisposedException>(() => image.Pixels.Length);
    }

    private static byte[] PngEnd => [0, 0, 0, 0, .. "IEND"u8, 0xAE, 0x42, 0x60, 0x82];

    // APP1: "Exif", a big-endian TIFF with one entry, tag 0112 of type SHORT.
    private static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] tiff = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(2 + 6 + tiff.Length));
        return [0xFF, 0xD8, 0xFF, 0xE1, .. length, .. "Exif\0\0"u8, .. tiff, .. jpeg[2..]];
    }
}
