using Streaming.Memory.Rules;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Search;

public sealed class SearchManyTests
{
    private readonly VectorNamespace _memory = new(new() { Name = "n", Dimension = 2, Metric = Metric.Dot }, new ManualTime(1));

    public SearchManyTests()
    {
        foreach (var (id, x, y) in new[] { ("east", 5, 0), ("east-too", 4, 0), ("north", 0, 3), ("both", 2, 2) })
            _memory.Upsert(id, [x, y], null, new(1, "s", 1));
        _memory.Publish();
    }

    [Fact]
    public void The_maximum_ranks_each_entry_by_its_best_vector()
    {
        using var snapshot = _memory.Snapshot();
        var found = snapshot.SearchMany([1, 0, 0, 1], 3, Combination.Maximum);

        Assert.Equal([("east", 5f), ("east-too", 4f), ("north", 3f)], found.Neighbours.Select(n => (n.Id, n.Score)));
        Assert.Equal(8, found.Work.Scored);
    }

    [Fact]
    public void The_union_has_the_nearest_of_each_vector_once()
    {
        using var snapshot = _memory.Snapshot();

        Assert.Equal(["east", "north"], snapshot.SearchMany([1, 0, 0, 1], 1, Combination.Union).Neighbours.Select(n => n.Id));
        Assert.Equal(["east", "east-too", "north", "both"], snapshot.SearchMany([1, 0, 0, 1], 2, Combination.Union).Neighbours.Select(n => n.Id));
        Assert.Equal(["east"], snapshot.SearchMany([1, 0, 1, 0], 1, Combination.Union).Neighbours.Select(n => n.Id));
    }

    [Fact]
    public void Vectors_that_do_not_fit_the_dimension_are_refused()
    {
        using var snapshot = _memory.Snapshot();

        Assert.Contains("queries.length = 3", Assert.Throws<ArgumentException>(() => snapshot.SearchMany([1, 0, 0], 1, Combination.Union)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => snapshot.SearchMany([], 1, Combination.Union));
    }
}
