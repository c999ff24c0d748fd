using System.Globalization;
using Streaming.Server.Accuracy;

namespace Streaming.Server.Codebooks;

/// <summary>Draws a study: a mark a codebook (the mean of its seeds), collision to the right, test recall upwards.</summary>
internal static class SweepPicture
{
    private const int Width = 760;
    private const int Height = 460;
    private const int Left = 64;
    private const int Right = 24;
    private const int Top = 84;
    private const int Bottom = 56;
    private const int Mark = 8;

    private static readonly (string Embedding, string Colour)[] Colours = [("text", "#0b6e4f"), ("behaviour", "#c1602b"), ("fused", "#3b5ba5"), ("-", "#888888")];

    /// <summary>An SVG file. The collision axis is a square root, because the good codebooks lie near 0.</summary>
    public static string Draw(SweepStudy study)
    {
        const string title = "Collision and next-item recall@10 of each codebook";
        var svg = new SvgText(Width, Height, title);
        svg.Text(Left, 22, title, size: 15);
        svg.Text(Left, 40, $"{study.Dataset}; hollow: a level's mean perplexity is below half of its codes", colour: "#666");
        var x = Left;
        foreach (var (embedding, colour) in Colours)
        {
            svg.Rectangle(x, 54, Mark, Mark, colour);
            svg.Text(x + 14, 62, embedding == "-" ? "given codebooks" : embedding);
            x += 110;
        }
        var highest = Math.Max(0.01, study.Groups.Max(group => group.RecallTest)) * 1.1;
        var widest = Math.Max(0.01, study.Groups.Max(group => group.Collision)) * 1.05;
        Axes(svg, highest, widest);
        foreach (var group in study.Groups)
        {
            var colour = Colours.First(c => c.Embedding == group.Experiment.Embedding || c.Embedding == "-").Colour;
            var (cx, cy) = (X(group.Collision, widest), Y(group.RecallTest, highest));
            svg.Rectangle(cx - (Mark / 2), cy - (Mark / 2), Mark, Mark, colour);
            if (group.Perplexity.Average() < group.Experiment.Size / 2.0)
                svg.Rectangle(cx - (Mark / 2) + 2, cy - (Mark / 2) + 2, Mark - 4, Mark - 4, "white");
        }
        if (study.Best is { } best)
            svg.Text(X(best.Collision, widest) + 8, Y(best.RecallTest, highest) - 8, $"best by validation: {best.Experiment.Embedding} {best.Experiment.Shape} {best.Experiment.Care}");
        return svg.ToString();
    }

    private static void Axes(SvgText svg, double highest, double widest)
    {
        for (var i = 0; i <= 5; i++)
        {
            var recall = highest * i / 5;
            svg.Line(Left, Y(recall, highest), Width - Right, Y(recall, highest), i == 0 ? "#222" : "#ddd");
            svg.Text(Left - 8, Y(recall, highest) + 4, recall.ToString("0.000", CultureInfo.InvariantCulture), anchor: "end", colour: "#666");
        }
        foreach (var collision in new[] { 0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8 }.Where(c => c <= widest))
        {
            svg.Line(X(collision, widest), Top, X(collision, widest), Height - Bottom, collision == 0 ? "#222" : "#eee");
            svg.Text(X(collision, widest), Height - Bottom + 18, collision.ToString("0.#%", CultureInfo.InvariantCulture), anchor: "middle", colour: "#666");
        }
        svg.Text((Left + Width - Right) / 2.0, Height - 14, "collision", anchor: "middle", colour: "#666");
    }

    private static double X(double collision, double widest) => Left + ((Width - Left - Right) * Math.Sqrt(collision / widest));

    private static double Y(double recall, double highest) => Height - Bottom - ((Height - Top - Bottom) * recall / highest);
}
