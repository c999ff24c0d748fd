using System.Globalization;
using System.Security;
using System.Text;

namespace Streaming.Server.Accuracy;

/// <summary>Writes an SVG picture: rectangles, lines and texts on white. Coordinates are pixels from the upper left corner.</summary>
public sealed class SvgText
{
    private readonly StringBuilder _shapes = new();
    private readonly int _width;
    private readonly int _height;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="title">For those who cannot see the picture.</param>
    public SvgText(int width, int height, string title)
    {
        (_width, _height) = (width, height);
        Add($"""<title>{Escape(title)}</title>""");
        Rectangle(0, 0, width, height, "white");
    }

    /// <summary>A filled rectangle.</summary>
    public void Rectangle(double x, double y, double width, double height, string colour) =>
        Add($"""<rect x="{x:0.#}" y="{y:0.#}" width="{width:0.#}" height="{height:0.#}" fill="{colour}"/>""");

    /// <summary>A thin line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string colour) =>
        Add($"""<line x1="{x1:0.#}" y1="{y1:0.#}" x2="{x2:0.#}" y2="{y2:0.#}" stroke="{colour}"/>""");

    /// <summary>A text on a base line.</summary>
    /// <param name="x">Where its <paramref name="anchor"/> is.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">Escaped here.</param>
    /// <param name="size">Pixels.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="colour">Of the letters.</param>
    public void Text(double x, double y, string text, int size = 13, string anchor = "start", string colour = "#222") =>
        Add($"""<text x="{x:0.#}" y="{y:0.#}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{Escape(text)}</text>""");

    /// <summary>The whole file.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{_width}" height="{_height}" viewBox="0 0 {_width} {_height}" font-family="Helvetica, Arial, sans-serif" role="img">
        {_shapes}</svg>

        """);

    private void Add(FormattableString shape) => _shapes.Append(FormattableString.Invariant(shape)).Append('\n');

    private static string Escape(string text) => SecurityElement.Escape(text);
}
