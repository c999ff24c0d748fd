using Streaming.Memory.Rules;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Search;

/// <summary>Budgets of a search, and what it tells of its work. Time passes by a millisecond with each look at the clock.</summary>
public sealed class SearchBudgetTests(SearchBudgetTests.Filled memory) : IClassFixture<SearchBudgetTests.Filled>
{
    private const int Entries = 20_000;
    private const int Dimension = 8;
    private readonly VectorNamespace _memory = memory.Memory;

    [Fact]
    public void Without_a_budget_nothing_is_cut_and_the_work_is_told()
    {
        var work = Search(new()).Work;

        Assert.Equal((SearchCut.None, SearchPath.Lists, 0), (work.Cut, work.Path, work.Listed));
        Assert.InRange(work.Lists, 1, 16);
        Assert.InRange(work.Chunks, work.Lists, work.Entries);
        Assert.Equal((100, 100), (work.Candidates, work.Scored));
    }

    [Fact]
    public void A_bound_on_lists_is_kept_and_told_only_where_it_took_something_away()
    {
        var cut = Search(new() { Lists = 16, MaxLists = 3 });
        var same = Search(new() { Lists = 3 });

        Assert.Equal(SearchCut.Lists, cut.Work.Cut);
        Assert.InRange(cut.Work.Lists, 1, 3);
        Assert.Equal(same.Neighbours.Select(n => n.Id), cut.Neighbours.Select(n => n.Id));
        Assert.Equal(SearchCut.None, Search(new() { Lists = 3, MaxLists = 3 }).Work.Cut);
        Assert.Equal(SearchCut.None, Search(new() { Lists = 1_000, MaxLists = _memory.Lists }).Work.Cut);
    }

    [Fact]
    public void A_bound_on_lists_holds_against_a_filter_that_widens_the_search()
    {
        var blue = new Dictionary<string, string> { ["colour"] = "blue" };

        Assert.InRange(Search(new() { Where = blue, Lists = 60 }).Work.Lists, 20, _memory.Lists);
        Assert.InRange(Search(new() { Where = blue, Lists = 60, MaxLists = 5 }).Work.Lists, 1, 5);
    }

    [Fact]
    public void A_rare_attribute_is_answered_from_its_rows()
    {
        var work = Search(new() { Where = new Dictionary<string, string> { ["colour"] = "red" } }).Work;

        Assert.Equal((SearchPath.Attribute, Entries / 10, Entries / 10), (work.Path, work.Listed, work.Scored));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    public void Time_ends_the_scan_after_the_first_list_at_the_earliest(int milliseconds, int most)
    {
        var found = Search(new() { Lists = _memory.Lists, Budget = TimeSpan.FromMilliseconds(milliseconds) });

        Assert.Equal(SearchCut.Time, found.Work.Cut);
        Assert.InRange(found.Work.Lists, 1, most);
        Assert.Equal(10, found.Neighbours.Count);
    }

    [Fact]
    public void Time_ends_an_exact_search_and_one_of_an_attributes_rows_too()
    {
        var exact = Search(new() { Exact = true, Budget = TimeSpan.FromMilliseconds(2) }).Work;
        Assert.Equal((SearchCut.Time, SearchPath.Vectors), (exact.Cut, exact.Path));
        Assert.InRange(exact.Scored, 1, Entries / 2);

        var red = new Dictionary<string, string> { ["colour"] = "blue" };
        var listed = Search(new() { Where = red, Lists = 1, Candidates = 10, MinScore = 2, Budget = TimeSpan.FromMilliseconds(3) }).Work;
        Assert.Equal((SearchCut.Time, SearchPath.Lists | SearchPath.Attribute), (listed.Cut, listed.Path));
        Assert.InRange(listed.Scored, 1, Entries / 2);
    }

    [Fact]
    public void Enough_time_changes_nothing()
    {
        var found = Search(new() { Budget = TimeSpan.FromHours(1) });

        Assert.Equal(SearchCut.None, found.Work.Cut);
        Assert.Equal(Search(new()).Neighbours.Select(n => n.Id), found.Neighbours.Select(n => n.Id));
    }

    [Fact]
    public void Several_vectors_share_the_time_and_each_gets_a_list()
    {
        using var snapshot = _memory.Snapshot();
        float[] queries = [.. Query(1), .. Query(2), .. Query(3)];

        var answers = snapshot.SearchEach(queries, 10, new() { Lists = _memory.Lists, Budget = TimeSpan.FromMilliseconds(30) });

        Assert.All(answers, answer => Assert.Equal(SearchCut.Time, answer.Work.Cut));
        Assert.All(answers, answer => Assert.InRange(answer.Work.Lists, 1, 30));
        Assert.InRange(answers.Sum(answer => answer.Work.Lists), 3, 30);
        Assert.All(snapshot.SearchEach(queries, 10, new() { Lists = _memory.Lists, Budget = TimeSpan.FromMilliseconds(1) }), answer => Assert.Equal(1, answer.Work.Lists));
    }

    [Fact]
    public void A_budget_of_nothing_is_refused()
    {
        Assert.Contains("budget = ", Assert.Throws<ArgumentException>(() => Search(new() { Budget = TimeSpan.Zero })).Message, StringComparison.Ordinal);
        Assert.Contains("max_lists = 0", Assert.Throws<ArgumentException>(() => Search(new() { MaxLists = 0 })).Message, StringComparison.Ordinal);
    }

    private SearchResult Search(SearchOptions options) => _memory.Search(Query(1), 10, options);

    private static float[] Query(int seed) => Vector(new Random(seed));

    private static float[] Vector(Random random) => [.. Enumerable.Range(0, Dimension).Select(_ => (float)random.NextDouble() - 0.5f)];

    /// <summary>A namespace whose lists are trained and whose entries have all moved to them.</summary>
    public sealed class Filled
    {
        public Filled()
        {
            Random random = new(7);
            for (int i = 0; i < Entries; i++)
            {
                Memory.Upsert($"id-{i}", Vector(random), new Dictionary<string, string> { ["colour"] = i % 10 == 0 ? "red" : "blue" }, new(1, "s", i));
                if (i % 500 == 499)
                    Memory.Publish();
            }
            while (Memory.IsMoving)
                Memory.Publish();
        }

        public VectorNamespace Memory { get; } = new(
            new() { Name = "n", Dimension = Dimension, Metric = Metric.Cosine, SearchLists = 16, SearchCandidates = 100, EntriesPerList = 300 },
            new TickingTime(),
            train => Task.FromResult(train()));
    }

    private sealed class TickingTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => _ticks++;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1);
    }
}
