using System.Globalization;
using System.Text;

namespace Streaming.Models.Encoders;

/// <summary>BERT's classes of characters.</summary>
internal static class BertText
{
    public static bool IsSpace(Rune rune) => rune.Value is ' ' or '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator;

    /// <summary>U+FFFD (also an unpaired surrogate) and everything of category C, but for white space.</summary>
    public static bool IsDropped(Rune rune) => rune.Value == 0xFFFD || !IsSpace(rune) && Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    /// <summary>Punctuation and ideographs are words of their own.</summary>
    public static bool IsOwnWord(Rune rune) => IsPunctuation(rune) || IsIdeograph(rune.Value);

    private static bool IsPunctuation(Rune rune) => rune.Value switch
    {
        >= 33 and <= 47 or >= 58 and <= 64 or >= 91 and <= 96 or >= 123 and <= 126 => true,
        < 128 => false,
        _ => Rune.IsPunctuation(rune),
    };

    private static bool IsIdeograph(int value) => value
        is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F
        or >= 0x2B740 and <= 0x2B81F or >= 0x2B820 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;
}
