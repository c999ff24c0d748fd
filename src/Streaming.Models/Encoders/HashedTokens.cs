namespace Streaming.Models.Encoders;

/// <summary><see cref="HashedNgramTokenizer"/> as a tower's tokenizer: a text without words is its "no text" token.</summary>
internal sealed class HashedTokens(HashedNgramTokenizer tokenizer) : ITextTokenizer
{
    public int MaxTokens => tokenizer.MaxTokens;

    public int PadTo => 0;

    public long PadId => HashedNgramTokenizer.PaddingId;

    public int Tokenize(string text, Span<long> ids)
    {
        var count = tokenizer.Tokenize(text, ids);
        if (count == 0)
            ids[count++] = HashedNgramTokenizer.NoTextId;
        return count;
    }

    public void Dispose()
    {
    }
}
