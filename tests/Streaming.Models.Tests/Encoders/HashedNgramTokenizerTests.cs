using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests.Encoders;

public sealed class HashedNgramTokenizerTests
{
    private static readonly TokenizerManifest Settings = new()
    {
        Kind = TokenizerManifest.HashedNgrams,
        Buckets = 8192,
        WordBuckets = 5118,
        WordNgrams = 2,
        CharNgramMin = 3,
        CharNgramMax = 4,
        Lowercase = true,
        MaxTokens = 64,
    };

    [Fact]
    public void Ids_are_words_then_word_pairs_then_character_ngrams_in_text_order()
    {
        // Golden: bucket = fold(FNV-1a) % rows, worked out with an independent program (training/encoder's `bucket`).
        Assert.Equal(
            [Word("red"), Char("<re"), Char("red"), Char("ed>"), Char("<red"), Char("red>"),
             Word("ox"), Word("red ox"), Char("<ox"), Char("ox>")],
            Ids("Red ox!"));
        Assert.Equal([GoldenRed, GoldenRedOx], [Word("red"), Word("red ox")]);
    }

    [Theory]
    [InlineData("caf\u00e9", "cafe\u0301")]
    [InlineData("\u1ebf", "e\u0302\u0301")]
    [InlineData("\u0439", "\u0438\u0306")]
    [InlineData("ＳＡＬＥ", "sale")]
    [InlineData("ÉCLAIR", "eclair")]
    [InlineData("don't stop", "dont stop")]
    [InlineData("  one,two ", "one two")]
    public void Texts_that_look_alike_give_the_same_ids(string one, string other)
    {
        Assert.NotEmpty(Ids(one));
        Assert.Equal(Ids(one), Ids(other));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("!?… — ''")]
    [InlineData("\u0301\ud800")]
    public void Text_without_words_gives_no_ids(string text) => Assert.Empty(Ids(text));

    [Fact]
    public void Case_counts_when_the_manifest_says_so()
    {
        var tokenizer = new HashedNgramTokenizer(Settings with { Lowercase = false });
        Assert.NotEqual(Ids("Éclair", tokenizer), Ids("éclair", tokenizer));
        Assert.Equal(Ids("Éclair", tokenizer), Ids("Eclair", tokenizer));
    }

    [Fact]
    public void Longer_text_is_cut_at_the_bound_and_keeps_its_beginning()
    {
        var begin = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"word{i}"));
        Assert.Equal(64, Ids(begin).Length);
        Assert.Equal(Ids(begin), Ids(begin + " and much more that nobody reads"));
        Assert.Equal(64, Ids(new string('x', 100_000)).Length);
    }

    [Fact]
    public void Ids_of_any_text_lie_in_the_table_and_repeat()
    {
        var tokenizer = new HashedNgramTokenizer(Settings);
        Prop.ForAll<string>(text => Holds(text ?? "")).QuickCheckThrowOnFailure(seed: 20260101);

        bool Holds(string text)
        {
            var ids = Ids(text, tokenizer);
            return ids.Length <= 64 && ids.All(id => id is >= 2 and < 8192) && ids.SequenceEqual(Ids(text, tokenizer));
        }
    }

    [Fact]
    public void Too_little_room_is_refused() =>
        Assert.Throws<ArgumentException>(() => new HashedNgramTokenizer(Settings).Tokenize("text", new long[63]));

    [Theory]
    [InlineData("жарптица")]
    [InlineData("火の鳥")]
    [InlineData("𐐨𐐩𐐪")]
    public void Words_of_any_script_hash_as_utf8_and_ngrams_count_code_points(string word)
    {
        var runes = $"<{word}>".EnumerateRunes().ToArray();
        var grams = from length in (int[])[3, 4]
                    from start in Enumerable.Range(0, runes.Length - length + 1)
                    select Char(string.Concat(runes.Skip(start).Take(length)));

        Assert.Equal([Word(word), .. grams], Ids(word));
    }

    [Theory]
    [InlineData("", 0xcbf29ce484222325)]
    [InlineData("a", 0xaf63dc4c8601ec8c)]
    [InlineData("foobar", 0x85944171f73967e8)]
    public void Hash_of_these_tests_equals_the_published_vectors(string text, ulong expected) => Assert.Equal(expected, Fnv1a(text));

    // python3: bucket("red", 2, 5118), bucket("red ox", 2, 5118)
    private const long GoldenRed = 2721;
    private const long GoldenRedOx = 2123;

    private static long Word(string text) => 2 + Bucket(text, 5118);

    private static long Char(string text) => 5120 + Bucket(text, 3072);

    private static long Bucket(string text, uint count)
    {
        var hash = Fnv1a(text);
        return (long)((hash ^ hash >> 32) % count);
    }

    // Written again, over the bytes of the whole text, to check the tokenizer's incremental one.
    private static ulong Fnv1a(string text) =>
        System.Text.Encoding.UTF8.GetBytes(text).Aggregate(0xCBF29CE484222325, (hash, item) => (hash ^ item) * 0x100000001B3);

    private static long[] Ids(string text, HashedNgramTokenizer? tokenizer = null)
    {
        var ids = new long[64];
        return ids[..(tokenizer ?? new HashedNgramTokenizer(Settings)).Tokenize(text, ids)];
    }
}
