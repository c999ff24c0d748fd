using System.Globalization;
using System.Text;

namespace Streaming.Models.Encoders;

/// <summary>
/// Canonical decomposition without its non-spacing marks, and lower case, as BERT's uncased models see a text.
/// </summary>
/// <remarks>
/// The platform runs with invariant globalisation, where <see cref="string.Normalize()"/> does nothing, so this has its own tables: Latin,
/// Greek and Cyrillic letters, kana with voice marks, and Hangul syllables, which become their jamo. Not decomposed: composed letters of
/// Indic and Hebrew scripts, and compatibility ideographs.
/// </remarks>
internal static class AccentStripping
{
    private const int HangulFirst = 0xAC00, HangulLast = 0xD7A3, Vowels = 21, Tails = 28;

    // Kana whose decomposition is the kana one (dakuten) or two (handakuten) code points before.
    private const string Voiced = "がぎぐげござじずぜぞだぢづでどばびぶべぼゞガギグゲゴザジズゼゾダヂヅデドバビブベボヾ";
    private const string SemiVoiced = "ぱぴぷぺぽパピプペポ";

    public static IEnumerable<Rune> Expand(StringRuneEnumerator text, bool strip, bool lowercase)
    {
        while (text.MoveNext())
        {
            var rune = text.Current;
            if (strip && rune.Value is >= HangulFirst and <= HangulLast)
            {
                foreach (var jamo in Jamo(rune.Value - HangulFirst))
                    yield return jamo;
            }
            else if (!strip)
            {
                yield return lowercase ? Rune.ToLowerInvariant(rune) : rune;
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                yield return lowercase ? CharacterFolding.DropAccents(Rune.ToLowerInvariant(Kana(rune))) : CharacterFolding.DropAccentsOfAnyCase(Kana(rune));
            }
        }
    }

    private static IEnumerable<Rune> Jamo(int syllable)
    {
        yield return new Rune(0x1100 + (syllable / (Vowels * Tails)));
        yield return new Rune(0x1161 + (syllable / Tails % Vowels));
        if (syllable % Tails != 0)
            yield return new Rune(0x11A7 + (syllable % Tails));
    }

    private static Rune Kana(Rune rune) => rune.Value is < 0x3040 or > 0x30FF ? rune
        : rune.Value is 0x3094 or 0x30F4 ? new Rune(rune.Value == 0x3094 ? 'う' : 'ウ')
        : Voiced.Contains((char)rune.Value, StringComparison.Ordinal) ? new Rune(rune.Value - 1)
        : SemiVoiced.Contains((char)rune.Value, StringComparison.Ordinal) ? new Rune(rune.Value - 2)
        : rune;
}
