using System.Buffers;
using System.Text;

namespace Streaming.Models.Encoders;

/// <summary>
/// BERT's tokenizer (Devlin et al. 2018; the rules of its public code): clean, split on white space and punctuation, then the longest pieces
/// of the vocabulary from left to right; [CLS] before and [SEP] after.
/// </summary>
/// <remarks>
/// A special token that is written out in a text ("[MASK]") is plain text: texts come from users. Accents are dropped by
/// <see cref="AccentStripping"/>. Immutable, so safe for any number of threads.
/// </remarks>
public sealed class WordPieceTokenizer : ITextTokenizer
{
    /// <summary>A word of more code points is one unknown token.</summary>
    private const int MaxWordRunes = 100;

    private const string Unknown = "[UNK]", Begin = "[CLS]", End = "[SEP]", Padding = "[PAD]";

    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _pieces;
    private readonly bool _lowercase;
    private readonly bool _stripAccents;
    private readonly long _unknown;
    private readonly long _begin;
    private readonly long _end;

    /// <param name="vocabulary">Tokens in the order of their ids.</param>
    /// <param name="settings">Kind wordpiece, valid.</param>
    /// <exception cref="InvalidDataException">A special token is not in the vocabulary, or a token is there twice.</exception>
    public WordPieceTokenizer(IReadOnlyList<string> vocabulary, TokenizerManifest settings)
    {
        var pieces = new Dictionary<string, long>(vocabulary.Count, StringComparer.Ordinal);
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (!pieces.TryAdd(vocabulary[id], id))
                throw new InvalidDataException($"vocabulary: '{vocabulary[id]}' is token {pieces[vocabulary[id]]} and {id}.");
        }
        string[] missing = [.. new[] { Unknown, Begin, End, Padding }.Where(token => !pieces.ContainsKey(token))];
        if (missing.Length > 0)
            throw new InvalidDataException($"vocabulary: {string.Join(", ", missing)} missing among its {vocabulary.Count} tokens.");
        _pieces = pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        (_unknown, _begin, _end, PadId) = (pieces[Unknown], pieces[Begin], pieces[End], pieces[Padding]);
        _lowercase = settings.Lowercase!.Value;
        _stripAccents = settings.StripAccents ?? _lowercase;
        MaxTokens = settings.MaxTokens!.Value;
        PadTo = settings.PadTo ?? 0;
    }

    /// <inheritdoc />
    public int MaxTokens { get; }

    /// <inheritdoc />
    public int PadTo { get; }

    /// <inheritdoc />
    public long PadId { get; }

    /// <inheritdoc />
    public int Tokenize(string text, Span<long> ids)
    {
        var room = MaxTokens - 1;
        var count = 0;
        ids[count++] = _begin;
        var word = new StringBuilder();
        foreach (var rune in AccentStripping.Expand(text.EnumerateRunes(), _stripAccents, _lowercase))
        {
            if (count == room)
                break;
            if (BertText.IsDropped(rune))
                continue;
            var separates = BertText.IsSpace(rune);
            if (separates || BertText.IsOwnWord(rune))
            {
                AddWord(word, ids[..room], ref count);
                if (!separates)
                    AddWord(word.Append(rune.ToString()), ids[..room], ref count);
            }
            else
            {
                word.Append(rune.ToString());
            }
        }
        AddWord(word, ids[..room], ref count);
        ids[count++] = _end;
        return count;
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }

    // All pieces of a word, or one unknown token; then the builder is empty again.
    private void AddWord(StringBuilder word, Span<long> ids, ref int count)
    {
        if (word.Length == 0 || count == ids.Length)
            return;
        // "##" before the word, so that a later piece is a slice too.
        var length = word.Length + 2;
        var rented = ArrayPool<char>.Shared.Rent(length);
        word.Insert(0, "##").CopyTo(0, rented, 0, length);
        word.Clear();
        var before = count;
        if (!TryAddPieces(rented.AsSpan(0, length), ids, ref count))
        {
            count = before;
            ids[count++] = _unknown;
        }
        ArrayPool<char>.Shared.Return(rented);
    }

    private bool TryAddPieces(Span<char> marked, Span<long> ids, ref int count)
    {
        if (marked.Length - 2 > MaxWordRunes && RuneCount(marked[2..]) > MaxWordRunes)
            return false;
        var start = 2;
        while (start < marked.Length)
        {
            var end = marked.Length;
            long id;
            while (!_pieces.TryGetValue(Piece(marked, start, end), out id))
            {
                if (--end == start)
                    return false;
            }
            // What no longer fits is not written, but the word must still be known to its end.
            if (count < ids.Length)
                ids[count++] = id;
            start = end;
        }
        return true;
    }

    // A later piece is looked up with its prefix, which overwrites what has been consumed.
    private static ReadOnlySpan<char> Piece(Span<char> marked, int start, int end)
    {
        if (start == 2)
            return marked[2..end];
        marked[start - 1] = marked[start - 2] = '#';
        return marked[(start - 2)..end];
    }

    private static int RuneCount(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }
}
