using System.Globalization;
using System.Text;

namespace Streaming.Server.Workloads;

/// <summary>Reads a list as Python's <c>repr</c> prints it: <c>['it\'s', "5\" wide"]</c> or <c>[12, 7]</c>.</summary>
internal static class PythonList
{
    /// <summary>The elements as text; none for an empty string or an empty list.</summary>
    /// <exception cref="FormatException">The text is no such list: the caller names the place it came from.</exception>
    public static List<string> Parse(string text)
    {
        List<string> items = [];
        int at = SkipSpace(text, 0);
        if (at == text.Length)
            return items;
        at = SkipSpace(text, Expect(text, at, '['));
        while (At(text, at) != ']')
        {
            if (items.Count > 0)
                at = SkipSpace(text, Expect(text, at, ','));
            items.Add(At(text, at) is '\'' or '"' ? Quoted(text, ref at) : Bare(text, ref at));
            at = SkipSpace(text, at);
        }

        return SkipSpace(text, at + 1) == text.Length ? items : throw Malformed(text, at + 1);
    }

    private static string Bare(string text, ref int at)
    {
        int start = at;
        while (At(text, at) is var c && (char.IsAsciiLetterOrDigit(c) || c is '-' or '+' or '.'))
            at++;
        return at > start ? text[start..at] : throw Malformed(text, at);
    }

    private static string Quoted(string text, ref int at)
    {
        char quote = text[at++];
        var value = new StringBuilder();
        for (char c = At(text, at++); c != quote; c = At(text, at++))
            value.Append(c == '\\' ? Escaped(text, ref at) : c);
        return value.ToString();
    }

    private static char Escaped(string text, ref int at) => At(text, at++) switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'x' => Hexadecimal(text, ref at, 2),
        'u' => Hexadecimal(text, ref at, 4),
        var c and ('\\' or '\'' or '"') => c,
        _ => throw Malformed(text, at - 1),
    };

    private static char Hexadecimal(string text, ref int at, int digits)
    {
        int end = at + digits;
        if (end > text.Length || !ushort.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            throw Malformed(text, at);
        at = end;
        return (char)code;
    }

    private static int Expect(string text, int at, char c) => At(text, at) == c ? at + 1 : throw Malformed(text, at);

    private static char At(string text, int at) => at < text.Length ? text[at] : throw Malformed(text, at);

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at;
    }

    private static FormatException Malformed(string text, int at) =>
        new(string.Create(CultureInfo.InvariantCulture, $"No Python list: unexpected {(at < text.Length ? $"'{text[at]}'" : "end")} at character {at}."));
}
