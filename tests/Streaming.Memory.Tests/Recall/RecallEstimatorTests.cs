using Streaming.Memory.Recall;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Recall;

/// <summary>The clock goes on by a millisecond with each reading, and as the test says; exact searches run when the test says.</summary>
public sealed class RecallEstimatorTests(RecallEstimatorTests.Filled filled) : IClassFixture<RecallEstimatorTests.Filled>
{
    private const int Dimension = 8;
    private static readonly RecallOptions Always = new() { OneIn = 1, Spacing = TimeSpan.FromMilliseconds(1), Share = 1 };
    private readonly SteppedTime _time = filled.Time;
    private readonly VectorNamespace _memory = filled.Memory;
    private readonly Queue<Action> _waiting = new();

    [Fact]
    public void Searches_of_one_list_show_as_a_low_recall_and_those_of_all_as_one()
    {
        RecallEstimator good = Estimator(Always), bad = Estimator(Always);
        for (int i = 0; i < 30; i++)
        {
            Search(good, i, new() { Lists = 1_000, Candidates = 6_000 });
            Search(bad, i, new() { Lists = 1 });
        }

        Assert.Equal(new RecallEstimate(1, 30), good.Estimate);
        Assert.Equal(30, bad.Estimate!.Value.Samples);
        Assert.InRange(bad.Estimate.Value.Recall, 0.05, 0.8);
    }

    [Fact]
    public void The_estimate_is_the_recall_itself()
    {
        RecallEstimator estimator = Estimator(Always);
        double found = 0;
        for (int i = 0; i < 30; i++)
        {
            var approximate = Search(estimator, i, new() { Lists = 2 });
            var exact = _memory.Search(Query(i), 10, new() { Exact = true }).Neighbours.Select(n => n.Id);
            found += approximate.Neighbours.Select(n => n.Id).Intersect(exact).Count();
        }
        Assert.Equal(found / 300, estimator.Estimate!.Value.Recall, 1e-9);
    }

    [Fact]
    public void It_falls_when_searches_get_worse_and_forgets_what_is_older_than_its_window()
    {
        RecallEstimator estimator = Estimator(Always with { Window = TimeSpan.FromMinutes(10) });
        for (int i = 0; i < 20; i++)
            Search(estimator, i, new() { Lists = 1_000, Candidates = 6_000 });
        double before = estimator.Estimate!.Value.Recall;
        _time.Pass(TimeSpan.FromMinutes(6));
        for (int i = 0; i < 20; i++)
            Search(estimator, i, new() { Lists = 1 });
        double during = estimator.Estimate!.Value.Recall;
        _time.Pass(TimeSpan.FromMinutes(6));

        Assert.InRange(during, 0, before - 0.1);
        Assert.InRange(estimator.Estimate!.Value.Recall, 0, during - 0.05);
        Assert.Equal(20, estimator.Estimate.Value.Samples);
        _time.Pass(TimeSpan.FromMinutes(6));
        Assert.Null(estimator.Estimate);
    }

    [Fact]
    public void It_compares_on_the_version_that_was_searched_whatever_was_written_since()
    {
        RecallEstimator estimator = Estimator(Always, run: _waiting.Enqueue);
        Search(estimator, 1, new() { Lists = 1_000, Candidates = 6_000 });
        for (int i = 0; i < 10; i++)
            _memory.Upsert($"new-{i}", Query(1), null, new(2, "s", i));
        _memory.Publish();
        _waiting.Dequeue()();

        Assert.Equal(new RecallEstimate(1, 1), estimator.Estimate);
    }

    [Fact]
    public void One_in_so_many_is_taken_one_at_a_time_and_no_more_than_their_share_of_time_allows()
    {
        RecallEstimator estimator = Estimator(new() { OneIn = 4, Spacing = TimeSpan.FromSeconds(1), Share = 0.01 }, run: _waiting.Enqueue);
        for (int i = 0; i < 8; i++)
            Search(estimator, i, new());
        Assert.Single(_waiting);
        _waiting.Dequeue()();

        // The exact search took some milliseconds by this clock, one a chunk, so a hundred times as many pass until the next.
        Four();
        Assert.Empty(_waiting);
        _time.Pass(TimeSpan.FromSeconds(1));
        Four();
        Assert.Empty(_waiting);
        _time.Pass(TimeSpan.FromSeconds(100));
        Four();
        Assert.Single(_waiting);

        void Four()
        {
            for (int i = 0; i < 4; i++)
                Search(estimator, i, new());
        }
    }

    [Fact]
    public void Exact_searches_say_nothing()
    {
        RecallEstimator estimator = Estimator(Always);
        Search(estimator, 1, new() { Exact = true });
        Assert.Null(estimator.Estimate);
    }

    [Fact]
    public void An_exact_search_that_takes_too_long_is_given_up_and_not_counted()
    {
        RecallEstimator estimator = Estimator(Always with { Patience = TimeSpan.FromMilliseconds(3) });
        Search(estimator, 1, new() { Lists = 1 });
        Assert.Null(estimator.Estimate);
    }

    private RecallEstimator Estimator(RecallOptions options, Action<Action>? run = null) => new(options, _time, run ?? (search => search()));

    private SearchResult Search(RecallEstimator estimator, int seed, SearchOptions options)
    {
        using var snapshot = _memory.Snapshot();
        var found = snapshot.Search(Query(seed), 10, options);
        estimator.Offer(snapshot, Query(seed), 10, options, found);
        return found;
    }

    private static float[] Query(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, Dimension).Select(_ => (float)random.NextDouble() - 0.5f)];
    }

    /// <summary>A namespace with lists, at rest.</summary>
    public sealed class Filled
    {
        private const int Entries = 6_000;

        public Filled()
        {
            Memory = new(new() { Name = "n", Dimension = Dimension, Metric = Metric.Cosine, EntriesPerList = 128 }, Time, train => Task.FromResult(train()));
            for (int i = 0; i < Entries; i++)
            {
                Memory.Upsert($"id-{i}", Query(1_000 + i), null, new(1, "s", i));
                if (i % 500 == 499)
                    Memory.Publish();
            }
            while (Memory.IsMoving)
                Memory.Publish();
            Assert.InRange(Memory.Lists, 16, 1_000);
        }

        public SteppedTime Time { get; } = new();

        public VectorNamespace Memory { get; }
    }

    public sealed class SteppedTime : TimeProvider
    {
        private long _ms;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => ++_ms;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_000_000);

        public void Pass(TimeSpan time) => _ms += (long)time.TotalMilliseconds;
    }
}
