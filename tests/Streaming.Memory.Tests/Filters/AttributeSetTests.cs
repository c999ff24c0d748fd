using Streaming.Memory.Filters;

namespace Streaming.Memory.Tests.Filters;

/// <summary>Attributes are one array of bytes, and read as the strings that they were made of.</summary>
public sealed class AttributeSetTests
{
    public static TheoryData<string, string, bool> Wanted => new()
    {
        { "straße 東京-塔", "straße 東京-塔", true },
        { "straße 東京-塔", "straße 東京-*", true },
        { "straße 東京-塔", "straße 東-*", false },
        { "straße 東京-塔", "straße 東*", false },
        { "12-3-4", "12-*", true },
        { "12-3-4", "12-3-*", true },
        { "12-3-4", "12-3-4", true },
        { "12-3-4", "1-*", false },
        { "12-*", "12-*", true },
        { "12-", "12-*", true },
        { "", "", true },
        { "", "-*", false },
        { "-", "-*", true },
    };

    [Theory]
    [MemberData(nameof(Wanted))]
    public void What_a_filter_matches_is_found_by_a_token_of_its_own(string held, string wanted, bool matches)
    {
        AttributeSet set = AttributeSet.Of(new Dictionary<string, string> { ["other-name"] = wanted, ["ключ"] = held }, validFromMs: 0);
        RowFilter filter = RowFilter.Of(new Dictionary<string, string> { ["ключ"] = wanted })!;
        AttributeIndex index = new();
        foreach (uint token in set.Tokens)
            index.Add(token, row: 7, (_, _) => true);

        var (searched, listed) = filter.Rarest(index);

        Assert.Equal((matches, matches), (filter.Matches(set), set.Tokens.Contains(searched)));
        Assert.Equal(matches, index.Find(searched).ToArray().Contains((searched, 7)) && listed > 0);
        // The same value under another name is none.
        Assert.False(filter.Matches(AttributeSet.Of(new Dictionary<string, string> { ["ключ2"] = held }, 0)));
    }

    [Fact]
    public void A_set_reads_as_the_dictionary_that_it_was_made_of()
    {
        Dictionary<string, string> made = new() { ["title"] = "Größe \"M\" 👟", ["empty"] = "", ["semantic_id"] = "1-2-3" };
        AttributeSet set = AttributeSet.Of(made, validFromMs: -5);
        AttributeSet copied = AttributeSet.Of(set.PairBytes, validFromMs: -5);
        AttributeValues values = new(copied);

        Assert.Equal(set.Bytes, copied.Bytes);
        Assert.Equal(-5, copied.ValidFromMs);
        Assert.Equal(made, values.ToDictionary());
        Assert.Equal(made.Count, values.Count);
        Assert.Equal(made.Keys, values.Keys);
        Assert.Equal(made.Values, values.Values);
        Assert.All(made, pair => Assert.Equal(pair.Value, values[pair.Key]));
        Assert.False(values.ContainsKey("titl"));
        Assert.Throws<KeyNotFoundException>(() => values["none"]);
    }

    [Fact]
    public void No_attributes_take_no_memory_unless_they_say_from_when_the_row_is_valid()
    {
        Assert.Null(AttributeSet.Of(values: null, 0).Bytes);
        Assert.Null(AttributeSet.Of(new Dictionary<string, string>(), 0).Bytes);
        Assert.Null(AttributeSet.Of([], 0).Bytes);
        Assert.Equal(9, AttributeSet.Of([], 9).ValidFromMs);
        Assert.Equal((0, 0), (default(AttributeSet).SizeBytes, default(AttributeSet).PairBytes.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50_000)]
    public void An_index_that_is_filled_at_once_lists_what_one_does_that_is_filled_row_by_row(int rows)
    {
        AttributeIndex atOnce = new(), oneByOne = new();
        List<List<(uint, int)>> items = [[]];
        for (int row = 0; row < rows; row++)
        {
            foreach (uint token in AttributeSet.Of(new Dictionary<string, string> { ["a"] = $"{row % 3}-{row % 1_000}", ["b"] = $"{row}" }, 0).Tokens)
            {
                items[^1].Add((token, row));
                oneByOne.Add(token, row, (_, _) => true);
            }
            if (row % 999 == 0)
                items.Add([]);
        }

        atOnce.Fill(items);

        foreach (uint token in items.SelectMany(some => some).Select(item => item.Item1).Distinct())
            Assert.Equal(oneByOne.Find(token).ToArray().Order(), atOnce.Find(token).ToArray().Order());
    }
}
