using System.Globalization;

namespace Streaming.Server.Accuracy;

/// <summary>Draws the value of freshness: a bar a row, the freshest first; what popularity adds where there is no embedding stands on top in grey.</summary>
public static class FreshnessPicture
{
    private const int Width = 720;
    private const int Height = 412;
    private const int Left = 64;
    private const int Right = 16;
    private const int Top = 88;
    private const int Bottom = 56;
    private const double BarShare = 0.62;
    private const string OwnColour = "#0b6e4f";
    private const string PopularColour = "#b8b8b8";

    private static readonly double[] NiceSteps = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2];

    /// <summary>An SVG file. Bars show HR@10 among the items that the user had not met; the axis starts at 0.</summary>
    /// <param name="rows">The freshest first, the baseline last.</param>
    /// <param name="dataset">Named in the title.</param>
    public static string Draw(IReadOnlyList<FreshnessRow> rows, string dataset)
    {
        const string title = "HR@10 of the next item by staleness of the user embedding";
        var svg = new SvgText(Width, Height, title);
        svg.Text(Left, 22, title, size: 15);
        svg.Text(Left, 40, $"{dataset}, replayed in time order; items that the user has met are left out", colour: "#666");
        svg.Rectangle(Left, 52, 10, 10, OwnColour);
        svg.Text(Left + 16, 62, "by the embedding");
        svg.Rectangle(Left + 156, 52, 10, 10, PopularColour);
        svg.Text(Left + 172, 62, "by popularity, where the user has no embedding yet");
        double highest = rows.Max(r => r.Metrics.Hr10Unseen);
        double step = Array.Find(NiceSteps, s => highest / s <= 6) is > 0 and var nice ? nice : NiceSteps[^1];
        double top = Math.Max(1, Math.Ceiling(highest / step)) * step;
        for (double at = 0; at <= top + (step / 2); at += step)
        {
            svg.Line(Left, Y(at), Width - Right, Y(at), at == 0 ? "#222" : "#ddd");
            svg.Text(Left - 8, Y(at) + 4, at.ToString("0.###", CultureInfo.InvariantCulture), anchor: "end", colour: "#666");
        }

        double slot = (Width - Left - Right) / (double)rows.Count;
        for (int i = 0; i < rows.Count; i++)
        {
            double value = rows[i].Metrics.Hr10Unseen, middle = Left + (slot * (i + 0.5));
            double own = Math.Min(value, rows[i].Hr10WithoutFallback);
            Bar(middle, own, 0, OwnColour);
            Bar(middle, value, own, PopularColour);
            svg.Text(middle, Y(value) - 6, value.ToString("0.0000", CultureInfo.InvariantCulture), anchor: "middle");
            svg.Text(middle, Y(0) + 20, rows[i].Staleness, anchor: "middle");
        }

        svg.Text((Left + Width - Right) / 2.0, Height - 12, "the embedding is up to …", anchor: "middle", colour: "#666");
        return svg.ToString();

        void Bar(double middle, double to, double from, string colour)
        {
            if (to > from)
                svg.Rectangle(middle - (slot * BarShare / 2), Y(to), slot * BarShare, Y(from) - Y(to), colour);
        }

        double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * value / top);
    }
}
