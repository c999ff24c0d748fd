using System.Net;
using System.Text.RegularExpressions;

namespace Streaming.Server.Workloads;

/// <summary>Makes readable text of a product's title or description as a shop's crawl holds it.</summary>
internal static partial class ProductText
{
    /// <summary>Joins the paragraphs of a description, which is a Python list or nearly one.</summary>
    /// <remarks>A few descriptions of the published file are no valid list (quotes inside are not escaped): of those only the outer brackets and quotes go.</remarks>
    public static string Description(string text)
    {
        try
        {
            return Clean(string.Join(' ', PythonList.Parse(text)));
        }
        catch (FormatException)
        {
            return Clean(ParagraphBreak().Replace(text.Trim().TrimStart('[').TrimEnd(']').Trim('\'', '"'), " "));
        }
    }

    /// <summary>Text without HTML entities and tags, every run of white space one space.</summary>
    public static string Clean(string text) => Space().Replace(WebUtility.HtmlDecode(Tag().Replace(text, " ")), " ").Trim();

    [GeneratedRegex("""['"], ['"]""")]
    private static partial Regex ParagraphBreak();

    [GeneratedRegex(@"</?[a-zA-Z][^<>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
