using System.Text;

namespace Streaming.Models.Encoders;

/// <summary>
/// Reads the words of a text one after another: maximal runs of letters, digits and their marks, folded.
/// An apostrophe between letters is dropped ("don't" is "dont"). A run longer than <see cref="MaxWordRunes"/>,
/// common where words are not separated by spaces, is cut into words of that length.
/// </summary>
internal ref struct WordReader(ReadOnlySpan<char> text, bool lowercase)
{
    public const int MaxWordRunes = 64;

    private ReadOnlySpan<char> _rest = text;

    /// <param name="word">Receives the code points of the word; at least <see cref="MaxWordRunes"/> long.</param>
    /// <param name="length">Code points written.</param>
    /// <returns>False at the end of the text.</returns>
    public bool TryRead(scoped Span<Rune> word, out int length)
    {
        length = 0;
        while (!_rest.IsEmpty && length < MaxWordRunes)
        {
            // An unpaired surrogate reads as U+FFFD, which is no letter and so ends the word.
            Rune.DecodeFromUtf16(_rest, out var rune, out var consumed);
            var inWord = length > 0;
            if (CharacterFolding.Fold(rune, lowercase) is not { } folded)
            {
                _rest = _rest[consumed..];
                continue;
            }
            if (Rune.IsLetterOrDigit(folded) || inWord && CharacterFolding.IsWordMark(folded))
                word[length++] = folded;
            else if (inWord && !IsApostropheBeforeLetter(folded, _rest[consumed..]))
                break;
            _rest = _rest[consumed..];
        }
        return length > 0;
    }

    private static bool IsApostropheBeforeLetter(Rune rune, ReadOnlySpan<char> next) =>
        rune.Value is '\'' or 0x2019 && Rune.DecodeFromUtf16(next, out var letter, out _) == System.Buffers.OperationStatus.Done
        && Rune.IsLetter(letter);
}
