using FsCheck;
using FsCheck.Fluent;
using Streaming.Core.Contracts;
using Streaming.Models.Media;
using Streaming.Models.Tags;
using Streaming.Models.Tests.Media;

namespace Streaming.Models.Tests.Tags;

public sealed class PixelTagsTests
{
    [Theory]
    [InlineData(16, 9, "landscape")]
    [InlineData(9, 16, "portrait")]
    [InlineData(100, 100, "square")]
    [InlineData(105, 100, "square")]
    [InlineData(106, 100, "landscape")]
    [InlineData(94, 100, "portrait")]
    public void Orientation_and_ratio_are_those_of_the_sides(int width, int height, string orientation)
    {
        var tags = Of(Pictures.Plain(1, 2, 3, width, height));
        Assert.Equal(orientation, tags.ScreenOrientation);
        Assert.Equal((double)width / height, tags.Ratio);
    }

    [Theory]
    [InlineData(0, 0, 0, "black")]
    [InlineData(255, 255, 255, "white")]
    [InlineData(128, 128, 128, "grey")]
    [InlineData(255, 0, 0, "red")]
    [InlineData(200, 10, 30, "red")]
    [InlineData(255, 140, 0, "orange")]
    [InlineData(139, 69, 19, "brown")]
    [InlineData(255, 230, 0, "yellow")]
    [InlineData(0, 160, 60, "green")]
    [InlineData(0, 200, 220, "cyan")]
    [InlineData(20, 60, 220, "blue")]
    [InlineData(130, 40, 220, "purple")]
    [InlineData(255, 80, 180, "pink")]
    public void Colour_is_the_family_of_a_plain_picture(byte red, byte green, byte blue, string family) =>
        Assert.Equal(family, Of(Pictures.Plain(red, green, blue)).Color);

    [Fact]
    public void Colour_is_that_of_most_pixels()
    {
        using var mostlyBlue = Pictures.Draw(10, 10, (x, _) => x < 4 ? ((byte)255, (byte)0, (byte)0) : ((byte)0, (byte)0, (byte)255));
        Assert.Equal("blue", Of(mostlyBlue).Color);
    }

    [Fact]
    public void Brightness_is_mean_luma()
    {
        Assert.Equal(0, Of(Pictures.Plain(0, 0, 0)).Brightness);
        Assert.Equal(1, Of(Pictures.Plain(255, 255, 255)).Brightness, 12);
        Assert.Equal(0.7152, Of(Pictures.Plain(0, 255, 0)).Brightness, 12);
        // Half black, half white.
        Assert.Equal(0.5, Of(Pictures.Draw(10, 10, (x, _) => x < 5 ? ((byte)0, (byte)0, (byte)0) : ((byte)255, (byte)255, (byte)255))).Brightness, 12);
    }

    [Theory]
    [InlineData(200, 120, 90, "warm")]
    [InlineData(90, 120, 200, "cool")]
    [InlineData(120, 200, 120, "neutral")]
    [InlineData(132, 128, 120, "neutral")]
    [InlineData(134, 128, 120, "warm")]
    public void Tone_is_red_against_blue(byte red, byte green, byte blue, string tone) => Assert.Equal(tone, Of(Pictures.Plain(red, green, blue)).Tone);

    [Fact]
    public void Clarity_of_a_plain_picture_is_0_and_of_a_chequerboard_what_the_formula_says()
    {
        Assert.Equal(0, Of(Pictures.Plain(90, 90, 90)).Clarity);
        // Every pixel differs from its four neighbours by 255: the Laplacian is 1,020 or −1,020, half of each in 16 × 16 inner pixels.
        using var board = Pictures.Draw(18, 18, (x, y) => (x + y) % 2 == 0 ? ((byte)0, (byte)0, (byte)0) : ((byte)255, (byte)255, (byte)255));
        const double Variance = 1020.0 * 1020.0;
        Assert.Equal(Variance / (Variance + 300), Of(board).Clarity, 9);
    }

    [Fact]
    public void A_blurred_picture_is_less_clear()
    {
        using var sharp = Pictures.Draw(64, 64, (x, y) => (x / 8 + y / 8) % 2 == 0 ? ((byte)40, (byte)40, (byte)40) : ((byte)220, (byte)220, (byte)220));
        using var soft = Pictures.Draw(64, 64, (x, y) => ((byte)(130 + (90 * Math.Sin(x * Math.PI / 8))), (byte)(130 + (90 * Math.Sin(x * Math.PI / 8))), (byte)(130 + (90 * Math.Sin(y * Math.PI / 8)))));
        var (clear, blurred) = (Of(sharp).Clarity, Of(soft).Clarity);
        Assert.True(clear > 0.7 && blurred < 0.7 && clear > blurred + 0.2, $"{clear} and {blurred}");
    }

    [Fact]
    public void Statistics_do_not_depend_on_the_delivered_size()
    {
        using var small = Pictures.Draw(256, 128, (x, y) => ((byte)x, (byte)(y * 2), 77));
        // Every pixel four by four times: reduction gives the small one back.
        using var large = Pictures.Draw(1024, 512, (x, y) => ((byte)(x / 4), (byte)(y / 4 * 2), 77));
        Assert.Equal(Of(small), Of(large));
    }

    [Fact]
    public void Several_pictures_count_alike_and_the_first_gives_the_shape()
    {
        var tags = new CreativeTags();
        PixelTags.Fill([Pictures.Plain(0, 0, 0, 20, 10), Pictures.Plain(255, 255, 255, 10, 20)], tags);
        Assert.Equal("landscape", tags.ScreenOrientation);
        Assert.Equal(0.5, tags.Brightness, 12);
    }

    [Fact]
    public void Without_a_picture_nothing_is_set_and_with_one_only_the_fields_of_pixels()
    {
        var tags = new CreativeTags { Text = true };
        PixelTags.Fill([], tags);
        Assert.Equal(new CreativeTags { Text = true }, tags);

        PixelTags.Fill([Pictures.Plain(9, 9, 9)], tags);
        Assert.True(tags.HasRatio && tags.HasScreenOrientation && tags.HasBrightness && tags.HasColor && tags.HasClarity && tags.HasTone);
        Assert.False(tags.HasPerson || tags.HasObjectType || tags.HasDuration || tags.HasTextColor);
    }

    [Fact]
    public void Every_picture_has_tags_in_their_ranges()
    {
        var pictures = from width in Gen.Choose(1, 40) from height in Gen.Choose(1, 40) from seed in Gen.Choose(0, int.MaxValue) select (width, height, seed);
        Prop.ForAll(pictures.ToArbitrary(), picture =>
        {
            var random = new Random(picture.seed);
            using var image = Pictures.Draw(picture.width, picture.height, (_, _) => ((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
            var tags = Of(image);
            return tags.Brightness is >= 0 and <= 1 && tags.Clarity is >= 0 and < 1 && tags.Tone is "warm" or "cool" or "neutral";
        }).QuickCheckThrowOnFailure(seed: 3);
    }

    private static CreativeTags Of(DecodedImage image)
    {
        var tags = new CreativeTags();
        PixelTags.Fill([image], tags);
        return tags;
    }
}
