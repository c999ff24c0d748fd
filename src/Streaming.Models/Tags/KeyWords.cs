using System.Text;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tags;

/// <summary>
/// The words that a creative's texts repeat most. Words are read and folded like the encoder's (lower case, no accents); of
/// those with at least three code points, a letter, and no place in <see cref="StopWords"/>, the most frequent win, and
/// among equals the one that came first.
/// </summary>
internal static class KeyWords
{
    public const int Most = 8;

    private const int MinLength = 3;

    public static IEnumerable<string> Of(IReadOnlyList<string> texts)
    {
        var words = new List<string>();
        foreach (var text in texts)
            Read(text, words);
        // GroupBy keeps the order of first appearance, and OrderBy is stable.
        return words.GroupBy(word => word).OrderByDescending(group => group.Count()).Take(Most).Select(group => group.Key);
    }

    private static void Read(string text, List<string> words)
    {
        var reader = new WordReader(text, lowercase: true);
        Span<Rune> word = stackalloc Rune[WordReader.MaxWordRunes];
        while (reader.TryRead(word, out var length))
        {
            var keyWord = ToText(word[..length], out var hasLetter);
            if (length >= MinLength && hasLetter && !StopWords.Contains(keyWord))
                words.Add(keyWord);
        }
    }

    private static string ToText(ReadOnlySpan<Rune> word, out bool hasLetter)
    {
        var text = new StringBuilder(word.Length);
        hasLetter = false;
        foreach (var rune in word)
        {
            text.Append(rune);
            hasLetter |= Rune.IsLetter(rune);
        }
        return text.ToString();
    }
}
