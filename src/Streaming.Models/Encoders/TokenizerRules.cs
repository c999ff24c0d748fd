using System.Globalization;

namespace Streaming.Models.Encoders;

/// <summary>What a <see cref="TokenizerManifest"/> of each kind must satisfy.</summary>
internal static class TokenizerRules
{
    public static IEnumerable<string> HashedNgrams(TokenizerManifest t, string section)
    {
        if (t.Buckets is not (>= 4 and <= 1 << 24))
            yield return $"{section}.buckets is {Show(t.Buckets)}; it must be 4 to {1 << 24}.";
        if (t.WordBuckets is not >= 1 || t.Buckets - t.WordBuckets is < HashedNgramTokenizer.FirstId + 1)
            yield return $"{section}.word_buckets is {Show(t.WordBuckets)}; it must be at least 1 and leave 3 of {Show(t.Buckets)} buckets.";
        if (t.WordNgrams is not (>= 1 and <= TokenizerManifest.MaxWordNgrams))
            yield return $"{section}.word_ngrams is {Show(t.WordNgrams)}; it must be 1 to {TokenizerManifest.MaxWordNgrams}.";
        if (t.CharNgramMin is not >= 1)
            yield return $"{section}.char_ngram_min is {Show(t.CharNgramMin)}; it must be at least 1.";
        if (t.CharNgramMax is not <= 16 || t.CharNgramMax < t.CharNgramMin)
            yield return $"{section}.char_ngram_max is {Show(t.CharNgramMax)}; it must be char_ngram_min to 16.";
        foreach (var violation in Lowercase(t, section).Concat(MaxTokens(t, section, 1)).Concat(Absent(t, section, hashed: true, words: false, graph: false)))
            yield return violation;
    }

    public static IEnumerable<string> WordPiece(TokenizerManifest t, string section)
    {
        foreach (var violation in t.Vocabulary?.Validate($"{section}.vocabulary") ?? [$"{section}.vocabulary is missing."])
            yield return violation;
        foreach (var violation in Lowercase(t, section).Concat(MaxTokens(t, section, 3)).Concat(PadTo(t, section)).Concat(Absent(t, section, hashed: false, words: true, graph: false)))
            yield return violation;
    }

    public static IEnumerable<string> Graph(TokenizerManifest t, string section)
    {
        foreach (var violation in t.Model?.Validate($"{section}.model") ?? [$"{section}.model is missing."])
            yield return violation;
        if (string.IsNullOrEmpty(t.Input))
            yield return $"{section}.input is missing; it names the tokenizer graph's input.";
        if (string.IsNullOrEmpty(t.Output))
            yield return $"{section}.output is missing; it names the tokenizer graph's output.";
        if (t.EndIsAdded == true && t.EndId is null)
            yield return $"{section}.end_id is missing; end_is_added needs it.";
        foreach (var violation in MaxTokens(t, section, 3).Concat(PadTo(t, section)).Concat(Absent(t, section, hashed: false, words: false, graph: true)))
            yield return violation;
    }

    public static IEnumerable<string> InGraph(TokenizerManifest t, string section)
    {
        if (t.MaxTokens is not null || t.PadTo is not null)
            yield return $"{section}.max_tokens and pad_to do not apply: the graph cuts its texts.";
        foreach (var violation in Absent(t, section, hashed: false, words: false, graph: false))
            yield return violation;
    }

    private static IEnumerable<string> Lowercase(TokenizerManifest t, string section)
    {
        if (t.Lowercase is null)
            yield return $"{section}.lowercase is missing; it must be true or false.";
    }

    private static IEnumerable<string> MaxTokens(TokenizerManifest t, string section, int least)
    {
        if (t.MaxTokens is not <= 65_536 || t.MaxTokens < least)
            yield return $"{section}.max_tokens is {Show(t.MaxTokens)}; it must be {least} to 65536.";
    }

    private static IEnumerable<string> PadTo(TokenizerManifest t, string section)
    {
        if (t.PadTo is { } padTo && padTo != t.MaxTokens)
            yield return $"{section}.pad_to is {padTo}; it must be max_tokens ({Show(t.MaxTokens)}) or absent.";
    }

    // A field of another kind is most often a mistake, and would be ignored in silence.
    private static IEnumerable<string> Absent(TokenizerManifest t, string section, bool hashed, bool words, bool graph)
    {
        (string Name, bool Given, bool Applies)[] fields =
        [
            ("buckets", t.Buckets is not null, hashed), ("word_buckets", t.WordBuckets is not null, hashed), ("word_ngrams", t.WordNgrams is not null, hashed),
            ("char_ngram_min", t.CharNgramMin is not null, hashed), ("char_ngram_max", t.CharNgramMax is not null, hashed),
            ("lowercase", t.Lowercase is not null, hashed || words), ("strip_accents", t.StripAccents is not null, words), ("vocabulary", t.Vocabulary is not null, words),
            ("model", t.Model is not null, graph), ("input", t.Input is not null, graph), ("output", t.Output is not null, graph),
            ("begin_id", t.BeginId is not null, graph), ("end_id", t.EndId is not null, graph), ("end_is_added", t.EndIsAdded is not null, graph),
            ("pad_id", t.PadId is not null, graph), ("pad_to", t.PadTo is not null, words || graph),
        ];
        return fields.Where(f => f.Given && !f.Applies).Select(f => $"{section}.{f.Name} does not apply to kind '{t.Kind}'.");
    }

    private static string Show(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "missing";
}
