using Streaming.Memory.Filters;

namespace Streaming.Memory.Tests.Filters;

/// <summary>Attributes are held as bytes, and read as the strings that they were made of.</summary>
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
        AttributeSet set = Set(new() { ["other-name"] = wanted, ["ключ"] = held });
        RowFilter filter = RowFilter.Of(new Dictionary<string, string> { ["ключ"] = wanted })!;
        AttributeIndex index = new();
        foreach (uint token in set.Tokens)
            index.Add(token, row: 7, (_, _) => true);

        var (searched, listed) = filter.Rarest(index);

        Assert.Equal((matches, matches), (filter.Matches(set), set.Tokens.Contains(searched)));
        Assert.Equal(matches, index.Find(searched).ToArray().Contains((searched, 7)) && listed > 0);
        // The same value under another name is none.
        Assert.False(filter.Matches(Set(new() { ["ключ2"] = held })));
    }

    [Fact]
    public void Attributes_read_as_the_dictionary_that_they_were_made_of()
    {
        Dictionary<string, string> made = new() { ["title"] = "Größe \"M\" 👟", ["empty"] = "", ["semantic_id"] = "1-2-3" };
        AttributeTable table = new();
        int handle = table.Add(made, validFromMs: -5);
        var values = table.Values(handle);

        Assert.Equal(-5, table[handle].ValidFromMs);
        Assert.Equal(AttributeBytes.Of(made), table[handle].PairBytes.ToArray());
        Assert.Equal(made, values.ToDictionary());
        Assert.Equal(made.Count, values.Count);
        Assert.Equal(made.Keys, values.Keys);
        Assert.Equal(made.Values, values.Values);
        Assert.All(made, pair => Assert.Equal(pair.Value, values[pair.Key]));
        Assert.False(values.ContainsKey("titl"));
        Assert.Throws<KeyNotFoundException>(() => values["none"]);
        // They are a copy.
        table.Remove(handle);
        table.Add(new Dictionary<string, string> { ["title"] = new('x', 40) }, 0);
        Assert.Equal(made, values.ToDictionary());
    }

    [Fact]
    public void No_attributes_take_no_memory_unless_they_say_from_when_the_row_is_valid()
    {
        AttributeTable table = new();

        Assert.Equal((0, 0), (table.Add(null, 0), table.Add(new Dictionary<string, string>(), 0)));
        Assert.Equal((0, 0, 0), (table.SizeBytes, table[0].PairBytes.Length, table.Values(0).Count));
        int handle = table.Add(null, 9);
        Assert.Equal((9, 0), (table[handle].ValidFromMs, table.Values(handle).Count));
    }

    [Fact]
    public void Sets_of_all_lengths_come_and_go_and_give_their_memory_back()
    {
        AttributeTable table = new();
        Random random = new(1);
        List<(int Handle, Dictionary<string, string> Held)> all = [];
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Next(5) < 2 && all.Count > 0)
            {
                int at = random.Next(all.Count);
                table.Remove(all[at].Handle);
                all[at] = all[^1];
                all.RemoveAt(all.Count - 1);
                continue;
            }
            Dictionary<string, string> held = new() { ["n"] = new((char)('a' + i % 26), random.Next(100) == 0 ? random.Next(100_000) : random.Next(300)) };
            all.Add((table.Add(held, i), held));
        }

        Assert.Equal(all.Count, all.Select(one => one.Handle).Distinct().Count());
        Assert.All(all, one => Assert.Equal(one.Held, table.Values(one.Handle)));
        Assert.InRange(table.SizeBytes, all.Sum(one => one.Held["n"].Length), long.MaxValue);
        foreach (var (handle, _) in all)
            table.Remove(handle);
        Assert.Equal(0, table.SizeBytes);
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
            foreach (uint token in Set(new() { ["a"] = $"{row % 3}-{row % 1_000}", ["b"] = $"{row}" }).Tokens)
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

    private static AttributeSet Set(Dictionary<string, string> values) => new(AttributeBytes.Of(values), validFromMs: 0);
}
