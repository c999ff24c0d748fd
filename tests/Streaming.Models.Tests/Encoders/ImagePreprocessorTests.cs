using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Tests.Encoders;

public sealed class ImagePreprocessorTests
{
    private static readonly ImageTowerManifest Plain = new() { Resize = ImageTowerManifest.Stretch, Width = 2, Height = 2, Mean = [0, 0, 0], Std = [1, 1, 1] };

    [Fact]
    public void Mean_and_deviation_belong_to_their_colours_in_either_order_and_layout()
    {
        using var image = DecodedImage.Copy(1, 1, [10, 20, 30]);
        var settings = Plain with { Width = 1, Height = 1, Mean = [1, 2, 3], Std = [1, 2, 3] };
        Assert.Equal([9f, 9, 9], Fill(settings, image));
        using var two = DecodedImage.Copy(2, 1, [10, 20, 30, 40, 50, 60]);
        settings = Plain with { Width = 2, Height = 1 };
        Assert.Equal([10f, 40, 20, 50, 30, 60], Fill(settings, two));
        Assert.Equal([30f, 60, 20, 50, 10, 40], Fill(settings with { Channels = "bgr" }, two));
        Assert.Equal([10f, 20, 30, 40, 50, 60], Fill(settings with { Layout = "nhwc" }, two));
        Assert.Equal([30f, 20, 10, 60, 50, 40], Fill(settings with { Layout = "nhwc", Channels = "bgr" }, two));
    }

    [Fact]
    public void Halving_reads_the_right_pixels()
    {
        // Nearest takes the pixel after the centre; a triangle of half-width 2 around 1 and 3 has the weights 1/4 3/4 3/4 1/4, cut at the edge.
        using var image = Grey(4, 1, 0, 20, 60, 80);
        Assert.Equal([20f, 80], Fill(Plain with { Width = 2, Height = 1, Filter = "nearest" }, image)[..2]);
        float[] expected = [((20 * 3) + 60) / 7f, (20 + (60 * 3) + (80 * 3)) / 7f];
        Assert.Equal(expected, Fill(Plain with { Width = 2, Height = 1 }, image)[..2], (a, b) => MathF.Abs(a - b) < 1e-4f);
    }

    [Fact]
    public void A_picture_of_the_right_size_is_not_changed()
    {
        Prop.ForAll(Gen.Choose(0, 255).ArrayOf(27).ToArbitrary(), values =>
        {
            using var image = DecodedImage.Copy(3, 3, [.. values.Select(v => (byte)v)]);
            return ImageFilters.All.All(filter => Fill(Plain with { Width = 3, Height = 3, Filter = filter, Layout = "nhwc" }, image).SequenceEqual(values.Select(v => (float)v)));
        }).QuickCheckThrowOnFailure(seed: 20260105);
    }

    [Fact]
    public void A_picture_of_one_colour_stays_of_that_colour()
    {
        var cases =
            from width in Gen.Choose(1, 40)
            from height in Gen.Choose(1, 40)
            from resize in Gen.Elements(ImageTowerManifest.Stretch, ImageTowerManifest.CentreCrop)
            from filter in Gen.Elements(ImageFilters.All.ToArray())
            select (width, height, resize, filter);
        Prop.ForAll(cases.ToArbitrary(), drawn =>
        {
            using var image = Grey(drawn.width, drawn.height, [.. Enumerable.Repeat((byte)77, drawn.width * drawn.height)]);
            var settings = Plain with { Width = 7, Height = 5, Resize = drawn.resize, ShortestSide = drawn.resize == ImageTowerManifest.CentreCrop ? 9 : null, Filter = drawn.filter };
            return Fill(settings, image).All(value => MathF.Abs(value - 77) < 1e-3f);
        }).QuickCheckThrowOnFailure(seed: 20260106);
    }

    [Fact]
    public void A_centre_crop_leaves_out_both_sides()
    {
        using var image = Grey(6, 2, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
        Assert.Equal([3f, 4, 3, 4], Fill(Plain with { Resize = ImageTowerManifest.CentreCrop, ShortestSide = 2 }, image)[..4]);
    }

    [Fact]
    public void A_pad_fills_both_sides_with_its_colour()
    {
        using var image = Grey(4, 2, 1, 1, 1, 1, 1, 1, 1, 1);
        var pixels = Fill(Plain with { Width = 4, Height = 4, Resize = ImageTowerManifest.Pad, PadColour = [9, 8, 7] }, image);
        Assert.Equal([9f, 9, 9, 9, 1, 1, 1, 1, 1, 1, 1, 1, 9, 9, 9, 9], pixels[..16]);
        Assert.Equal([8f, 8, 8, 8, 1], pixels[16..21]);
    }

    [Fact]
    public void Cubic_weights_are_keys()
    {
        Assert.Equal([1, 0.5625, 0, -0.0625, 0], new[] { 0, 0.5, 1, 1.5, 2 }.Select(x => ImageFilters.Weight("bicubic", x)));
    }

    private static float[] Fill(ImageTowerManifest manifest, DecodedImage image)
    {
        var preprocessor = new ImagePreprocessor(manifest);
        var input = new float[preprocessor.Size];
        preprocessor.Fill(image, input);
        return input;
    }

    private static DecodedImage Grey(int width, int height, params byte[] values) => DecodedImage.Copy(width, height, [.. values.SelectMany(v => new[] { v, v, v })]);
}
