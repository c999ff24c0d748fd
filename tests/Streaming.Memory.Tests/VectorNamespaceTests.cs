using Streaming.Memory.Rules;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests;

public sealed class VectorNamespaceTests
{
    private readonly ManualTime _time = new(1_000);

    [Fact]
    public void An_upsert_is_found_only_after_publish()
    {
        var memory = Make();
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "a", 1, [1, 0]));
        var before = memory.Snapshot();

        Assert.Equal(1, memory.Publish());

        Assert.Empty(before.Search([1, 0], 5).Neighbours);
        Assert.False(before.TryGet("a", out _));
        var after = memory.Snapshot().Search([1, 0], 5);
        Assert.Equal((1L, "a", 1f), (after.Version, after.Neighbours[0].Id, after.Neighbours[0].Score));
    }

    [Fact]
    public void A_snapshot_keeps_its_answer_whatever_happens_later()
    {
        var memory = Make();
        Upsert(memory, "a", 1, [1, 0]);
        memory.Publish();
        var old = memory.Snapshot();
        Upsert(memory, "a", 2, [5, 0]);
        memory.Publish();
        memory.Delete("a", new(3, "s", 3));
        memory.Publish();

        Assert.Equal(1f, Assert.Single(old.Search([1, 0], 5).Neighbours).Score);
        Assert.True(old.TryGet("a", out var entry));
        Assert.Equal([1f, 0f], entry.Vector.ToArray());
        Assert.Empty(memory.Snapshot().Search([1, 0], 5).Neighbours);
    }

    [Fact]
    public void Equal_scores_come_in_ordinal_order_of_id_and_the_cut_at_k_keeps_it()
    {
        var memory = Make();
        foreach (string id in new[] { "b", "B", "c", "a" })
            Upsert(memory, id, 1, [1, 0]);
        Upsert(memory, "best", 1, [2, 0]);
        memory.Publish();

        Assert.Equal(["best", "B", "a"], memory.Snapshot().Search([1, 0], 3).Neighbours.Select(n => n.Id));
        Assert.Equal(["best", "B", "a", "b", "c"], memory.Snapshot().Search([1, 0], int.MaxValue).Neighbours.Select(n => n.Id));
    }

    [Theory]
    [InlineData(Metric.Dot, new[] { "far", "diagonal", "near" }, new[] { 10f, 2f, 1f })]
    [InlineData(Metric.Cosine, new[] { "far", "near", "diagonal" }, new[] { 1f, 1f, 0.70710677f })]
    [InlineData(Metric.L2, new[] { "near", "diagonal", "far" }, new[] { 0f, -2.236068f, -9f })]
    public void Each_metric_scores_as_stated(Metric metric, string[] ids, float[] scores)
    {
        var memory = Make(metric);
        Upsert(memory, "near", 1, [1, 0]);
        Upsert(memory, "far", 1, [10, 0]);
        Upsert(memory, "diagonal", 1, [2, 2]);
        memory.Publish();

        var found = memory.Snapshot().Search([1, 0], 3).Neighbours;

        Assert.Equal(ids, found.Select(n => n.Id));
        Assert.Equal(scores, found.Select(n => n.Score));
    }

    [Fact]
    public void A_fact_without_a_vector_is_found_only_by_its_key()
    {
        var memory = Make();
        memory.Upsert("fact", [], new Dictionary<string, string> { ["city"] = "Shenzhen" }, new(1, "s", 1));
        memory.Publish();

        Assert.Empty(memory.Snapshot().Search([1, 1], 5).Neighbours);
        Assert.True(memory.Snapshot().TryGet("fact", out var entry));
        Assert.True(entry.Vector.IsEmpty);
        Assert.Equal("Shenzhen", entry.Attributes["city"]);
    }

    [Fact]
    public void The_namespace_copies_what_it_is_given()
    {
        var memory = Make();
        float[] vector = [1, 0];
        Dictionary<string, string> attributes = new() { ["tag"] = "old" };
        memory.Upsert("a", vector, attributes, new(1, "s", 1));
        memory.Publish();

        vector[0] = 9;
        attributes["tag"] = "new";

        var found = Assert.Single(memory.Snapshot().Search([1, 0], 1).Neighbours);
        Assert.Equal((1f, "old"), (found.Score, found.Attributes["tag"]));
    }

    [Fact]
    public void A_filter_keeps_entries_with_every_wanted_attribute()
    {
        var memory = Make();
        memory.Upsert("red", [1, 0], new Dictionary<string, string> { ["color"] = "red", ["size"] = "s" }, new(1, "s", 1));
        memory.Upsert("red-l", [9, 0], new Dictionary<string, string> { ["color"] = "red", ["size"] = "l" }, new(1, "s", 2));
        memory.Upsert("bare", [9, 0], null, new(1, "s", 3));
        memory.Publish();
        SearchOptions smallRed = new() { Where = new Dictionary<string, string> { ["color"] = "red", ["size"] = "s" } };

        Assert.Equal("red", Assert.Single(memory.Snapshot().Search([1, 0], 1, smallRed).Neighbours).Id);
    }

    [Fact]
    public void The_newest_event_time_wins_then_the_highest_offset_and_a_replay_changes_nothing()
    {
        var memory = Make();
        Assert.Equal(UpsertOutcome.Inserted, memory.Upsert("a", [1, 0], null, new(10, "s", 5)));
        Assert.Equal(UpsertOutcome.Duplicate, memory.Upsert("a", [1, 0], null, new(10, "s", 5)));
        Assert.Equal(UpsertOutcome.Stale, memory.Upsert("a", [2, 0], null, new(9, "s", 6)));
        Assert.Equal(UpsertOutcome.Stale, memory.Upsert("a", [2, 0], null, new(10, "s", 4)));
        Assert.Equal(UpsertOutcome.Replaced, memory.Upsert("a", [3, 0], null, new(10, "s", 6)));
        memory.Publish();

        Assert.Equal(3f, Assert.Single(memory.Snapshot().Search([1, 0], 5).Neighbours).Score);
        memory.Upsert("a", [3, 0], null, new(10, "s", 6));
        Assert.Equal(1, memory.Publish());
    }

    [Fact]
    public void An_older_upsert_after_a_newer_delete_loses_even_for_an_id_never_seen()
    {
        var memory = Make();
        Assert.Equal(DeleteOutcome.Recorded, memory.Delete("a", new(10, "s", 5)));
        Assert.Equal(DeleteOutcome.Duplicate, memory.Delete("a", new(10, "s", 5)));
        Assert.Equal(DeleteOutcome.Stale, memory.Delete("a", new(9, "s", 9)));
        Assert.Equal(UpsertOutcome.Stale, Upsert(memory, "a", 9, [1, 0]));
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "a", 11, [1, 0]));
        Assert.Equal(DeleteOutcome.Deleted, memory.Delete("a", new(12, "s", 12)));
    }

    [Fact]
    public void Beyond_the_bound_the_oldest_tombstone_is_forgotten()
    {
        var memory = Make(maxTombstones: 1);
        memory.Delete("old", new(10, "s", 1));
        memory.Delete("new", new(20, "s", 2));
        memory.Publish();

        Assert.Equal(1, memory.Tombstones);
        Assert.Equal(UpsertOutcome.Stale, Upsert(memory, "new", 5, [1, 0]));
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "old", 5, [1, 0]));
    }

    [Fact]
    public void An_expired_entry_never_appears_even_before_it_is_reclaimed()
    {
        var memory = Make(timeToLive: TimeSpan.FromMilliseconds(500));
        Upsert(memory, "default", 1_000, [1, 0]);
        memory.Upsert("longer", [1, 0], null, new(1_000, "s", 2), validUntilMs: 1_501);
        memory.Upsert("for-ever", [1, 0], null, new(1_000, "s", 3), validUntilMs: 0);
        memory.Publish();
        var before = memory.Snapshot();

        _time.NowMs = 1_500;

        Assert.Equal(["for-ever", "longer"], memory.Snapshot().Search([1, 0], 5).Neighbours.Select(n => n.Id));
        Assert.False(memory.Snapshot().TryGet("default", out _));
        Assert.Equal(3, memory.LiveEntries);
        Assert.Equal(1, memory.Expire(_time.GetUtcNow()));
        memory.Publish();
        Assert.Equal(2, memory.LiveEntries);
        Assert.Equal(3, before.Search([1, 0], 5).Neighbours.Count);
        Assert.Equal(UpsertOutcome.Stale, Upsert(memory, "default", 999, [1, 0]));
    }

    [Fact]
    public void An_entry_is_found_from_its_valid_from_on_and_as_of_a_moment_before_it_is_not()
    {
        VectorNamespace memory = new(new() { Name = "n", Dimension = 2, Metric = Metric.Dot, Retention = new() { Versions = 10 } }, _time);
        memory.Upsert("always", [1, 0], null, new(1, "s", 1));
        memory.Upsert("a key too long for a row's head", [2, 0], new Dictionary<string, string> { ["color"] = "red" }, new(1, "s", 2), validFromMs: 1_500);
        memory.Upsert("fact", [], null, new(1, "s", 3), validUntilMs: 1_600, validFromMs: 1_500);
        memory.Publish();
        Dictionary<string, string> red = new() { ["color"] = "red" };

        _time.NowMs = 1_499;
        Check(memory.Snapshot(), false);
        _time.NowMs = 1_500;
        Check(memory.Snapshot(), true);
        _time.NowMs = 1_550;
        Check(memory.AsOf(DateTimeOffset.FromUnixTimeMilliseconds(1_499))!, false);
        Check(memory.AsOf(memory.Version)!, true);
        Assert.Throws<ArgumentException>(() => memory.Upsert("a", [1, 0], null, new(1, "s", 1), validFromMs: -1));

        void Check(MemorySnapshot snapshot, bool isValid)
        {
            using var shown = snapshot;
            Assert.Equal(isValid ? 2 : 1, shown.Search([1, 0], 5).Neighbours.Count);
            Assert.Equal(isValid ? 1 : 0, shown.Search([1, 0], 5, new() { Where = red }).Neighbours.Count);
            Assert.Equal(isValid ? 1 : 0, shown.CountWhere(red));
            Assert.Equal(isValid, shown.TryGet("fact", out var fact));
            Assert.Equal(isValid ? 1_500 : 0, fact?.ValidFromMs ?? 0);
        }
    }

    [Fact]
    public void An_entry_that_is_not_valid_yet_hides_the_older_write_of_its_id()
    {
        var memory = Make();
        Upsert(memory, "a", 1, [1, 0]);
        memory.Upsert("a", [2, 0], null, new(2, "s", 2), validFromMs: 2_000);
        memory.Publish();
        Assert.Empty(memory.Snapshot().Search([1, 0], 5).Neighbours);

        _time.NowMs = 2_000;
        Assert.Equal(2f, Assert.Single(memory.Snapshot().Search([1, 0], 5).Neighbours).Score);
    }

    [Fact]
    public void A_life_longer_than_a_row_can_hold_is_as_good_as_for_ever()
    {
        var memory = Make();
        memory.Upsert("long", [1, 0], null, new(1, "s", 1), validUntilMs: long.MaxValue);
        memory.Publish();

        Assert.Equal("long", Assert.Single(memory.Snapshot().Search([1, 0], 5).Neighbours).Id);
    }

    [Fact]
    public void An_upsert_that_is_already_expired_removes_the_older_entry_and_evicts_nobody()
    {
        var memory = Make(maxEntries: 2);
        Upsert(memory, "a", 1, [1, 0]);
        Upsert(memory, "b", 1, [1, 0]);

        Assert.Equal(UpsertOutcome.Expired, memory.Upsert("c", [1, 0], null, new(2, "s", 2), validUntilMs: 1_000));
        Assert.Equal(UpsertOutcome.Expired, memory.Upsert("a", [1, 0], null, new(2, "s", 3), validUntilMs: 999));
        memory.Publish();

        Assert.Equal("b", Assert.Single(memory.Snapshot().Search([1, 0], 5).Neighbours).Id);
    }

    [Fact]
    public void A_full_namespace_drops_the_expired_first_and_then_the_oldest_event_time()
    {
        var memory = Make(maxEntries: 2);
        memory.Upsert("newest-but-expired", [1, 0], null, new(90, "s", 1), validUntilMs: 1_100);
        Upsert(memory, "oldest", 10, [1, 0]);
        _time.NowMs = 1_100;

        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "middle", 20, [1, 0]));
        Assert.Equal(UpsertOutcome.Evicted, Upsert(memory, "too-old", 5, [1, 0]));
        Assert.Equal(UpsertOutcome.Inserted, Upsert(memory, "new", 30, [1, 0]));
        memory.Publish();

        Assert.Equal(["middle", "new"], memory.Snapshot().Search([1, 0], 5).Neighbours.Select(n => n.Id));
    }

    [Fact]
    public void A_revoked_source_is_forgotten_with_its_tombstones_and_can_be_replayed()
    {
        var memory = Make();
        memory.Upsert("mine", [1, 0], null, new(10, "t-0", 1));
        memory.Delete("gone", new(10, "t-0", 2));
        memory.Upsert("other", [1, 0], null, new(10, "t-1", 1));

        Assert.Equal(1, memory.RemoveSource("t-0"));
        memory.Publish();

        Assert.Equal("other", Assert.Single(memory.Snapshot().Search([1, 0], 5).Neighbours).Id);
        Assert.Equal(UpsertOutcome.Inserted, memory.Upsert("mine", [1, 0], null, new(10, "t-0", 1)));
        Assert.Equal(UpsertOutcome.Inserted, memory.Upsert("gone", [1, 0], null, new(9, "t-0", 1)));
    }

    private VectorNamespace Make(
        Metric metric = Metric.Dot, int maxEntries = 100, int maxTombstones = 100, TimeSpan? timeToLive = null) => new(
        new() { Name = "n", Dimension = 2, Metric = metric, MaxEntries = maxEntries, MaxTombstones = maxTombstones, TimeToLive = timeToLive }, _time);

    private static UpsertOutcome Upsert(VectorNamespace memory, string id, long eventTimeMs, float[] vector) =>
        memory.Upsert(id, vector, null, new(eventTimeMs, "s", 0));
}
