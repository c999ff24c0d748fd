using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Memory;

public sealed class MemoryProcessorTests : IDisposable
{
    private const string Updates = "memory-updates";
    private const string Features = "creative-features";
    private readonly World _world = new();
    private readonly RecordingNamespace _creatives = new("creatives");
    private readonly RecordingNamespace _facts = new("facts");

    public MemoryProcessorTests()
    {
        _world.Topology = _world.Topology with { Memory = [new() { Name = "creatives", Creatives = true }, new() { Name = "facts" }] };
        _world.Role = w => new MemoryProcessorFactory(MemorySettings.From(w.Topology), [_creatives, _facts], w.Clock);
    }

    public static TheoryData<string, Action<MemoryUpdate>> BadUpdates => new()
    {
        { "namespace = 'nowhere'", u => u.Namespace = "nowhere" },
        { "upsert.vector[1] = 'NaN'", u => u.Upsert.Vector[1] = float.NaN },
        { "vector = '3'", u => u.Upsert.Vector.Add(1) },
        { "operation = ''", u => u.ClearOperation() },
        { "id = ''", u => u.Id = "" },
        { "event_time_ms = '5", u => u.EventTimeMs = 5 },
    };

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Upserts_and_deletes_reach_their_namespace_and_are_published_once_a_batch()
    {
        var at = Send(Update("facts", "a")).Source;
        var delete = Update("facts", "a");
        delete.Delete = new MemoryDelete();
        Send(delete);
        _world.Run(new Step.Poll(10), new Step.Do(_ => Assert.Equal(
            [$"upsert a {at}@0", $"delete a at {ManualTime.StartMs} {at}@1"], _facts.Calls.Where(c => c.EndsWith($"@0") || c.EndsWith($"@1")))));

        Assert.Equal("publish", _facts.Calls[_facts.Calls.IndexOf($"delete a at {ManualTime.StartMs} {at}@1") + 1]);
        Assert.DoesNotContain(_creatives.Calls, c => c.StartsWith("upsert", StringComparison.Ordinal));
    }

    [Fact]
    public void A_delete_by_filter_reaches_its_namespace()
    {
        var update = new MemoryUpdate { Namespace = "facts", EventTimeMs = ManualTime.StartMs, DeleteWhere = new MemoryDeleteWhere { Attributes = { ["color"] = "red" } } };
        var record = _world.Send(Updates, "facts?color=red", update.ToByteArray());
        _world.Run();

        Assert.Contains($"delete where color=red at {ManualTime.StartMs} {record.Source}@0", _facts.Calls);
        Assert.DoesNotContain(_creatives.Calls, c => c.StartsWith("delete", StringComparison.Ordinal));
    }

    [Fact]
    public void A_drop_reaches_its_namespace()
    {
        var record = _world.Send(Updates, "facts?", new MemoryUpdate { Namespace = "facts", EventTimeMs = ManualTime.StartMs, Drop = new MemoryDrop() }.ToByteArray());
        _world.Run();

        Assert.Contains($"drop at {ManualTime.StartMs} {record.Source}@0", _facts.Calls);
        Assert.DoesNotContain(_creatives.Calls, c => c.StartsWith("drop", StringComparison.Ordinal));
    }

    [Fact]
    public void A_drop_of_the_creatives_is_rejected()
    {
        _world.Send(Updates, "creatives?", new MemoryUpdate { Namespace = "creatives", EventTimeMs = ManualTime.StartMs, Drop = new MemoryDrop() }.ToByteArray());
        _world.Run();

        Assert.DoesNotContain(_creatives.Calls, c => c.StartsWith("drop", StringComparison.Ordinal));
        Assert.Equal(1, _world.Metrics.Totals("memory")[ProcessOutcome.Rejected]);
    }

    [Fact]
    public void A_poll_without_records_publishes_too_so_that_what_expires_leaves()
    {
        var before = 0;
        _world.Run(
            new Step.Do(_ => before = Publishes()),
            new Step.Poll(0),
            new Step.Do(_ => Assert.True(Publishes() > before)));

        int Publishes() => _facts.Calls.Count(c => c == "publish");
    }

    [Fact]
    public void A_tombstone_deletes_the_entry_that_its_key_names()
    {
        var tombstone = _world.Send(Updates, "facts/a/b", null);
        _world.Run();

        Assert.Contains($"delete a/b at {tombstone.AppendTimeMs} {tombstone.Source}@0", _facts.Calls);
    }

    [Theory]
    [InlineData("no-slash")]
    [InlineData("/id")]
    [InlineData("facts/")]
    [InlineData("nowhere/id")]
    public void A_tombstone_whose_key_names_no_entry_is_rejected(string key)
    {
        _world.Send(Updates, key, null);
        _world.Run();

        Assert.Single(_world.Log.Read(Updates + ".dlq"));
    }

    [Theory]
    [MemberData(nameof(BadUpdates))]
    public void A_bad_update_is_rejected_with_field_and_value(string fieldAndValue, Action<MemoryUpdate> spoil)
    {
        var update = Update("facts", "a");
        spoil(update);
        Send(update);
        Send(Update("facts", "good"));
        _world.Run();

        var dead = Assert.Single(_world.Log.Read(Updates + ".dlq"));
        Assert.Equal(update.ToByteArray(), dead.Value);
        var message = System.Text.Encoding.UTF8.GetString(dead.Headers.Single(h => h.Name == DeadLetterHeaders.Message).Value);
        Assert.StartsWith(fieldAndValue, message, StringComparison.Ordinal);
        Assert.StartsWith("upsert good", _facts.Calls.First(c => c != "publish"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(60_000, ManualTime.StartMs + 60_000)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void The_time_to_live_counts_from_the_event_time(long timeToLiveMs, long validUntilMs)
    {
        var update = Update("facts", "a");
        update.Upsert.TimeToLiveMs = timeToLiveMs;
        update.Upsert.ValidFromMs = 5;
        Send(update);
        _world.Run();

        Assert.Equal((5, validUntilMs), (_facts.LastEntry!.ValidFromMs, _facts.LastEntry.ValidUntilMs));
    }

    [Fact]
    public void Creative_features_feed_the_creative_namespaces_only()
    {
        var features = new CreativeFeatures
        {
            CreativeId = "c1",
            Embedding = { 1, 2 },
            Title = "a title",
            SemanticId = new SemanticId { Codes = { 4, 5 }, Collision = 1 },
            SourceAppendTimeMs = 77,
            ValidFromMs = 88,
            ValidUntilMs = 99,
        };
        var record = _world.Send(Features, "c1", features.ToByteArray());
        var tombstone = _world.Send(Features, "c1", null);
        _world.Run();

        Assert.Equal([$"upsert c1 {record.Source}@0", $"delete c1 at {tombstone.AppendTimeMs} {record.Source}@1"], _creatives.Calls.Where(c => c.Contains("c1", StringComparison.Ordinal)));
        Assert.DoesNotContain(_facts.Calls, c => c.Contains("c1", StringComparison.Ordinal));
        var entry = _creatives.LastEntry!;
        Assert.Equal((77, 88, 99, "a title", "4-5-1"), (entry.EventTimeMs, entry.ValidFromMs, entry.ValidUntilMs, entry.Attributes["title"], entry.Attributes["semantic_id"]));
    }

    [Fact]
    public void Bad_creative_features_are_rejected()
    {
        _world.Send(Features, "c1", [0xff]);
        _world.Send(Features, "c2", new CreativeFeatures { CreativeId = "c2", Embedding = { 1, 2, 3 } }.ToByteArray());
        _world.Run();

        Assert.Equal(2, _world.Log.Read(Features + ".dlq").Count());
        Assert.Equal(2, _world.Metrics.Totals("memory")[ProcessOutcome.Rejected]);
    }

    [Fact]
    public void The_memory_is_forgotten_with_its_partition_and_rebuilt_from_the_beginning()
    {
        var record = Send(Update("facts", "a"));
        _world.Run(new Step.Poll(10), new Step.Commit(), new Step.Lose(0));

        var calls = _facts.Calls.Where(c => c == $"upsert a {record.Source}@0" || c == $"remove {record.Source}");
        Assert.Equal([$"upsert a {record.Source}@0", $"remove {record.Source}", $"upsert a {record.Source}@0", $"remove {record.Source}"], calls);
    }

    [Fact]
    public void A_restored_memory_goes_on_where_the_namespace_that_knows_least_ends()
    {
        var records = Enumerable.Range(0, 4).Select(_ => Send(Update("facts", "a"))).ToList();
        Know(_facts, records[0].Source, 3);
        Know(_creatives, records[0].Source, 2);
        _world.Run();

        Assert.Equal([$"upsert a {records[0].Source}@2", $"upsert a {records[0].Source}@3"], Upserts());
    }

    [Fact]
    public void A_namespace_that_knows_nothing_has_its_partition_read_from_the_beginning()
    {
        var record = Send(Update("facts", "a"));
        Know(_facts, record.Source, 1);
        _world.Run();

        Assert.Equal([$"upsert a {record.Source}@0"], Upserts());
    }

    [Fact]
    public void Namespaces_hear_of_what_is_committed_and_of_the_stop_after_that()
    {
        var source = Send(Update("facts", "a")).Source;
        Send(Update("facts", "a"));
        _world.Run();

        Assert.Equal([$"{source} up to 2", "stopping"], _facts.Told.Where(told => told == "stopping" || told.StartsWith($"{source} ", StringComparison.Ordinal)));
        Assert.Contains($"{source} up to 2", _creatives.Told);
    }

    [Fact]
    public void A_commit_waits_for_the_dead_letters_of_what_it_says_is_done()
    {
        _world.Sink.Immediate = false;
        var source = _world.Send(Updates, "facts/", null).Source;
        _world.Run(
            new Step.Poll(1),
            new Step.BeginCommit(),
            new Step.Poll(0),
            new Step.Do(_ => Assert.DoesNotContain(_facts.Told, told => told.StartsWith($"{source} ", StringComparison.Ordinal))),
            new Step.Commit(),
            new Step.Do(_ => Assert.Contains($"{source} up to 1", _facts.Told)));
    }

    [Fact]
    public void A_dead_letter_that_is_not_delivered_has_the_forgotten_entries_read_from_the_beginning()
    {
        var record = Send(Update("facts", "a"));
        _world.Run(
            new Step.Poll(1),
            new Step.Commit(),
            new Step.Do(i =>
            {
                i.World.Sink.Immediate = false;
                i.World.Send(Updates, "facts/a", [0xff]);
            }),
            new Step.Poll(1),
            new Step.BeginCommit(),
            new Step.Fail(1),
            new Step.Poll(0));

        Assert.Equal(
            [$"upsert a {record.Source}@0", $"remove {record.Source}", $"upsert a {record.Source}@0"],
            _facts.Calls.Where(c => c == $"upsert a {record.Source}@0" || c == $"remove {record.Source}").Take(3));
    }

    private void Know(RecordingNamespace space, Runtime.Records.TopicPartition partition, long nextOffset) =>
        space.Known[partition] = new(_world.ClusterId, partition.Topic, partition.Partition, nextOffset, null, 0);

    private IEnumerable<string> Upserts() => _facts.Calls.Where(c => c.StartsWith("upsert", StringComparison.Ordinal));

    private static MemoryUpdate Update(string space, string id) => new()
    {
        Namespace = space,
        Id = id,
        EventTimeMs = ManualTime.StartMs,
        Upsert = new MemoryUpsert { Vector = { 1, 2 } },
    };

    private Runtime.Records.InputRecord Send(MemoryUpdate update) => _world.Send(Updates, $"{update.Namespace}/{update.Id}", update.ToByteArray());
}
