using System.Text;

namespace Streaming.Models.Encoders;

/// <summary>
/// Turns a text into token ids: words, word n-grams and character n-grams, hashed into the rows of an embedding table.
/// </summary>
/// <remarks>
/// <para>Rows: 0 = padding, 1 = "no text", then the word rows, then the character rows. A word n-gram is its words joined
/// by one space; character n-grams are taken over the word between '&lt;' and '&gt;' (fastText, Bojanowski et al. 2017),
/// counted in code points, without the one that would be the whole word. Hash: <see cref="Fnv1a"/>.</para>
/// <para>Order: word by word; for each the word n-grams that end in it, shortest first, then its character n-grams,
/// shorter first, from left to right. Ids stop at <c>max_tokens</c>, so the beginning of a text wins.</para>
/// <para>Immutable, so safe for any number of threads; allocates nothing.</para>
/// </remarks>
public sealed class HashedNgramTokenizer
{
    /// <summary>Stands where there is no token.</summary>
    public const long PaddingId = 0;

    /// <summary>The one token of a text without words.</summary>
    public const long NoTextId = 1;

    internal const int FirstId = 2;

    private readonly int _wordBuckets;
    private readonly int _charBuckets;
    private readonly int _wordNgrams;
    private readonly int _charMin;
    private readonly int _charMax;
    private readonly bool _lowercase;

    /// <exception cref="ArgumentException">The settings break a rule; the message lists every violation.</exception>
    public HashedNgramTokenizer(TokenizerManifest settings)
    {
        var violations = settings.Validate("tokenizer").ToList();
        if (violations.Count > 0)
            throw new ArgumentException(string.Join(' ', violations), nameof(settings));
        _wordBuckets = settings.WordBuckets!.Value;
        _charBuckets = settings.Buckets!.Value - _wordBuckets - FirstId;
        _wordNgrams = settings.WordNgrams!.Value;
        _charMin = settings.CharNgramMin!.Value;
        _charMax = settings.CharNgramMax!.Value;
        _lowercase = settings.Lowercase!.Value;
        MaxTokens = settings.MaxTokens!.Value;
    }

    /// <summary>Most ids that a text can give.</summary>
    public int MaxTokens { get; }

    /// <summary>Writes the ids of a text.</summary>
    /// <param name="text">Any length; reading stops when <see cref="MaxTokens"/> ids are written.</param>
    /// <param name="ids">At least <see cref="MaxTokens"/> long.</param>
    /// <returns>Number of ids written; 0 for a text without words.</returns>
    /// <exception cref="ArgumentException"><paramref name="ids"/> is too short.</exception>
    public int Tokenize(ReadOnlySpan<char> text, Span<long> ids)
    {
        if (ids.Length < MaxTokens)
            throw new ArgumentException($"Room for {ids.Length} ids, but a text may give {MaxTokens}.", nameof(ids));

        var sink = new IdSink(ids[..MaxTokens]);
        var words = new WordReader(text, _lowercase);
        // open[k] = hash of the k + 1 words that end in the previous word.
        Span<ulong> open = stackalloc ulong[TokenizerManifest.MaxWordNgrams];
        Span<Rune> marked = stackalloc Rune[WordReader.MaxWordRunes + 2];
        marked[0] = new Rune('<');

        for (var index = 0; !sink.IsFull && words.TryRead(marked[1..], out var length); index++)
        {
            AddWordNgrams(marked.Slice(1, length), index, open, ref sink);
            marked[length + 1] = new Rune('>');
            AddCharNgrams(marked[..(length + 2)], ref sink);
        }
        return sink.Count;
    }

    private void AddWordNgrams(scoped ReadOnlySpan<Rune> word, int index, scoped Span<ulong> open, ref IdSink sink)
    {
        var longest = Math.Min(_wordNgrams - 1, index);
        for (var k = longest; k > 0; k--)
            open[k] = Fnv1a.Append(Fnv1a.Append(open[k - 1], new Rune(' ')), word);
        open[0] = Fnv1a.Append(Fnv1a.Empty, word);
        for (var k = 0; k <= longest; k++)
            sink.Add(FirstId + Fnv1a.Bucket(open[k], _wordBuckets));
    }

    private void AddCharNgrams(scoped ReadOnlySpan<Rune> marked, ref IdSink sink)
    {
        var longest = Math.Min(_charMax, marked.Length - 1);
        for (var n = _charMin; n <= longest; n++)
        {
            for (var start = 0; start + n <= marked.Length; start++)
                sink.Add(FirstId + _wordBuckets + Fnv1a.Bucket(Fnv1a.Append(Fnv1a.Empty, marked.Slice(start, n)), _charBuckets));
        }
    }

    private ref struct IdSink(Span<long> ids)
    {
        private readonly Span<long> _ids = ids;

        public int Count { get; private set; }

        public readonly bool IsFull => Count == _ids.Length;

        public void Add(long id)
        {
            if (!IsFull)
                _ids[Count++] = id;
        }
    }
}
