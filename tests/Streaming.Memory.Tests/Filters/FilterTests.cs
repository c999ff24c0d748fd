using Streaming.Memory.Rules;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Filters;

/// <summary>Filters of every selectivity, against a plain scan. The entries are so many that a common attribute is answered from the lists, a rare one from its rows.</summary>
public sealed class FilterTests
{
    private const int Entries = 40_000;
    private const int Dimension = 8;
    private const int K = 10;
    private readonly ManualTime _time = new(1);
    private readonly List<(string Id, float[] Vector, Dictionary<string, string> Attributes)> _entries = [];

    [Theory]
    [InlineData("half", "0", 0.97)]
    [InlineData("tenth", "3", 1)]
    [InlineData("hundredth", "7", 1)]
    [InlineData("thousandth", "11", 1)]
    [InlineData("absent", "0", 1)]
    public void A_filter_keeps_its_recall_however_selective_it_is(string name, string value, double recall)
    {
        var memory = Filled();

        Assert.InRange(Recall(memory, new() { [name] = value }), recall, 1);
        Assert.InRange(Recall(memory, new() { [name] = value, ["half"] = "1" }), recall, 1);
    }

    [Fact]
    public void Half_of_the_entries_are_more_than_those_that_are_scored_one_by_one() => Assert.InRange(Entries / 2, 16_385, Entries);

    [Fact]
    public void The_beginning_of_a_semantic_id_finds_all_that_begin_so()
    {
        var memory = Filled();

        Assert.Equal(1, Recall(memory, new() { ["semantic_id"] = "17-*" }));
        Assert.Equal(1, Recall(memory, new() { ["semantic_id"] = "17-3-*" }));
        Assert.Empty(memory.Search(Query(0), K, new() { Where = new Dictionary<string, string> { ["semantic_id"] = "1*" } }).Neighbours);
    }

    [Fact]
    public void Entries_that_were_replaced_are_found_by_what_they_hold_now()
    {
        var memory = Filled();
        for (int round = 2; round < 6; round++)
        {
            // Attributes move on by one entry each round; rows are given back and used again.
            for (int i = 0; i < Entries; i++)
            {
                var attributes = Attributes(i + round);
                memory.Upsert(_entries[i].Id, _entries[i].Vector, attributes, new(round, "s", i));
                _entries[i] = (_entries[i].Id, _entries[i].Vector, attributes);
                if (i % 1_000 == 999)
                    memory.Publish();
            }
        }
        for (int i = 0; i < 20; i++)
            memory.Publish();

        Assert.Equal(1, Recall(memory, new() { ["hundredth"] = "7" }));
        Assert.Equal(1, Recall(memory, new() { ["thousandth"] = "11", ["half"] = "1" }));
    }

    private VectorNamespace Filled()
    {
        VectorNamespace memory = new(new() { Name = "n", Dimension = Dimension, Metric = Metric.Dot, PageRows = 1_024 }, _time, train => Task.FromResult(train()));
        Random random = new(1);
        for (int i = 0; i < Entries; i++)
        {
            var vector = Enumerable.Range(0, Dimension).Select(_ => (float)(Half)(random.NextSingle() - 0.5f)).ToArray();
            _entries.Add(($"entry-{i}", vector, Attributes(i)));
            memory.Upsert($"entry-{i}", vector, Attributes(i), new(1, "s", i));
            if (i % 1_000 == 999)
                memory.Publish();
        }
        for (int i = 0; i < 40; i++)
            memory.Publish();
        Assert.InRange(memory.Lists, 8, int.MaxValue);
        return memory;
    }

    private static Dictionary<string, string> Attributes(int i) => new()
    {
        ["half"] = $"{i % 2}",
        ["tenth"] = $"{i % 10}",
        ["hundredth"] = $"{i % 100}",
        ["thousandth"] = $"{i % 1_000}",
        ["semantic_id"] = $"{i % 50}-{i % 7}-{i % 3}",
    };

    private double Recall(VectorNamespace memory, Dictionary<string, string> where)
    {
        int hits = 0, wanted = 0;
        for (int q = 0; q < 50; q++)
        {
            float[] query = Query(q);
            var truth = _entries.Where(e => where.All(pair => e.Attributes.TryGetValue(pair.Key, out string? held) && Wants(pair.Value, held)))
                .OrderByDescending(e => e.Vector.Zip(query, (x, y) => x * y).Sum()).Take(K).Select(e => e.Id).ToHashSet();
            var found = memory.Search(query, K, new() { Where = where }).Neighbours;
            Assert.All(found, n => Assert.All(where, pair => Assert.True(Wants(pair.Value, n.Attributes[pair.Key]))));
            Assert.Equal(found.Count, found.Select(n => n.Id).Distinct().Count());
            hits += found.Count(n => truth.Contains(n.Id));
            wanted += truth.Count;
        }
        return wanted == 0 ? 1 : (double)hits / wanted;
    }

    private static bool Wants(string wanted, string held) => wanted.EndsWith("-*", StringComparison.Ordinal) ? held.StartsWith(wanted[..^1], StringComparison.Ordinal) : held == wanted;

    private static float[] Query(int seed)
    {
        Random random = new(1_000 + seed);
        return [.. Enumerable.Range(0, Dimension).Select(_ => random.NextSingle() - 0.5f)];
    }
}
