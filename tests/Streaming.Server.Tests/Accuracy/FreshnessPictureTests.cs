using System.Globalization;
using System.Xml.Linq;
using Streaming.Server.Accuracy;

namespace Streaming.Server.Tests.Accuracy;

public sealed class FreshnessPictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Bars_stand_on_the_axis_and_are_as_high_as_their_figures()
    {
        var picture = XElement.Parse(FreshnessPicture.Draw([Row("last event", 0.08), Row("1 day", 0.02), Row("popularity", 0.04)], "small & fine"));
        var bars = Bars(picture);
        var heights = bars.Select(b => Number(b, "height")).ToList();
        Assert.Equal(3, bars.Count);
        Assert.Equal(0.25, heights[1] / heights[0], 0.01);
        Assert.Equal(0.5, heights[2] / heights[0], 0.01);
        Assert.Single(bars.Select(b => Math.Round(Number(b, "y") + Number(b, "height"))).Distinct());
        Assert.All(bars, b => Assert.InRange(Number(b, "x") + Number(b, "width"), 0, Number(picture, "width")));
    }

    [Fact]
    public void What_popularity_adds_stands_on_top_of_what_the_embedding_gives()
    {
        var bars = Bars(XElement.Parse(FreshnessPicture.Draw([Row("1 day", 0.08, own: 0.06), Row("popularity", 0.04, own: 0)], "small")));
        Assert.Equal(3, bars.Count);
        Assert.Equal(Number(bars[0], "y"), Number(bars[1], "y") + Number(bars[1], "height"), 0.2);
        Assert.Equal(3, Number(bars[0], "height") / Number(bars[1], "height"), 0.1);
        Assert.Equal((string?)bars[1].Attribute("fill"), (string?)bars[2].Attribute("fill"));
        Assert.NotEqual((string?)bars[0].Attribute("fill"), (string?)bars[1].Attribute("fill"));
    }

    [Fact]
    public void Figures_names_and_the_data_set_can_be_read()
    {
        var texts = XElement.Parse(FreshnessPicture.Draw([Row("last event", 0.0812), Row("popularity", 0.04)], "small & fine")).Elements(Svg + "text").Select(t => t.Value).ToList();
        Assert.Contains("0.0812", texts);
        Assert.Contains("popularity", texts);
        Assert.Contains(texts, t => t.Contains("small & fine", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_found_is_drawn_too() => Assert.NotNull(XElement.Parse(FreshnessPicture.Draw([Row("last event", 0), Row("popularity", 0)], "none")));

    private static FreshnessRow Row(string name, double hr10, double? own = null) => new(name, new RankingMetrics(0, 0, hr10, 0), own ?? hr10, 0, 0);

    // Before them come the ground and the legend's two squares.
    private static List<XElement> Bars(XElement picture) => [.. picture.Elements(Svg + "rect").Skip(3)];

    private static double Number(XElement element, string attribute) => double.Parse((string)element.Attribute(attribute)!, CultureInfo.InvariantCulture);
}
