namespace Streaming.Models.Encoders;

/// <summary>The <c>tokenizer</c> section of an encoder's manifest. Every field is required.</summary>
public sealed record TokenizerManifest
{
    /// <summary>The one kind this version knows.</summary>
    public const string HashedNgrams = "hashed-ngrams";

    internal const int MaxWordNgrams = 4;

    public string? Kind { get; init; }

    /// <summary>Rows of the embedding table, with the two reserved ones (padding, "no text"); the rest after the word rows is for character n-grams.</summary>
    public int? Buckets { get; init; }

    /// <summary>Rows for words and word n-grams.</summary>
    public int? WordBuckets { get; init; }

    /// <summary>Longest word n-gram, in words; 1 = single words only.</summary>
    public int? WordNgrams { get; init; }

    /// <summary>Shortest character n-gram, in code points.</summary>
    public int? CharNgramMin { get; init; }

    /// <summary>Longest character n-gram, in code points.</summary>
    public int? CharNgramMax { get; init; }

    public bool? Lowercase { get; init; }

    /// <summary>Most tokens of a text; the rest of a longer text is not read.</summary>
    public int? MaxTokens { get; init; }

    /// <returns>Every violated rule with its value; empty when valid.</returns>
    public IEnumerable<string> Validate()
    {
        if (Kind != HashedNgrams)
            yield return $"tokenizer.kind is '{Kind}'; it must be '{HashedNgrams}'.";
        if (Buckets is not (>= 4 and <= 1 << 24))
            yield return $"tokenizer.buckets is {Show(Buckets)}; it must be 4 to {1 << 24}.";
        if (WordBuckets is not >= 1 || Buckets - WordBuckets is < HashedNgramTokenizer.FirstId + 1)
            yield return $"tokenizer.word_buckets is {Show(WordBuckets)}; it must be at least 1 and leave 3 of {Show(Buckets)} buckets.";
        if (WordNgrams is not (>= 1 and <= MaxWordNgrams))
            yield return $"tokenizer.word_ngrams is {Show(WordNgrams)}; it must be 1 to {MaxWordNgrams}.";
        if (CharNgramMin is not >= 1)
            yield return $"tokenizer.char_ngram_min is {Show(CharNgramMin)}; it must be at least 1.";
        if (CharNgramMax is not <= 16 || CharNgramMax < CharNgramMin)
            yield return $"tokenizer.char_ngram_max is {Show(CharNgramMax)}; it must be char_ngram_min to 16.";
        if (Lowercase is null)
            yield return "tokenizer.lowercase is missing; it must be true or false.";
        if (MaxTokens is not (>= 1 and <= 65_536))
            yield return $"tokenizer.max_tokens is {Show(MaxTokens)}; it must be 1 to 65536.";
    }

    private static string Show(int? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "missing";
}
