using System.Text;
using Streaming.Core.Contracts;

namespace Streaming.Models.Encoders;

/// <summary>Makes the one text of a creative that is encoded; encoding and codebook training both use it.</summary>
public static class CreativeTextComposer
{
    /// <summary>Default bound of the texts after title and category, in UTF-16 code units.</summary>
    public const int DefaultMaxBodyLength = 300;

    private const string TitleRole = "title";

    /// <summary>Title, category, then the other texts in their order, joined by spaces.</summary>
    /// <param name="creative">Its title is the first text with role "title".</param>
    /// <param name="maxBodyLength">The other texts together are cut here, but never inside a code point.</param>
    public static string Compose(Creative creative, int maxBodyLength = DefaultMaxBodyLength)
    {
        var title = creative.Texts.FirstOrDefault(text => text.Role == TitleRole);
        return Compose(title?.Text ?? "", creative.Category, creative.Texts.Where(text => text != title).Select(text => text.Text), maxBodyLength);
    }

    /// <summary>The same for a creative that is not yet a record.</summary>
    public static string Compose(string title, string category, IEnumerable<string> body, int maxBodyLength = DefaultMaxBodyLength)
    {
        var text = new StringBuilder();
        Append(text, title);
        Append(text, category);
        Append(text, Cut(string.Join(' ', body.Where(item => item.Length > 0)), maxBodyLength));
        return text.ToString();
    }

    private static void Append(StringBuilder text, string part)
    {
        if (text.Length > 0 && part.Length > 0)
            text.Append(' ');
        text.Append(part);
    }

    private static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        return text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}
