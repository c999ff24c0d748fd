using System.Text;
using Google.Protobuf;
using Streaming.Client.Tests.Support;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Kafka.Embedded;
using Streaming.Runtime.Records;

namespace Streaming.Client.Tests.Producers;

public sealed class StreamingProducerTests : IAsyncLifetime, IDisposable
{
    private readonly EmbeddedCluster _cluster = new();
    private Platform _platform = null!;
    private StreamingProducer _producer = null!;

    /// <summary>Broken messages: the field that breaks a rule, and its value as the error tells it.</summary>
    public static IEnumerable<object[]> Broken => Messages.Select(m => new object[] { m.Key, m.Value.Value });

    private static Dictionary<string, (string Value, Func<StreamingProducer, Task> Send)> Messages { get; } = new()
    {
        ["user_id"] = ("", Sending(e => e.UserId = "")),
        ["event_id"] = (new string('x', 129)[..128] + "… (129 characters)", Sending(e => e.EventId = new string('x', 129))),
        ["creative_id"] = ("c\u0001", Sending(e => e.CreativeId = "c\u0001")),
        ["action"] = ("stare", Sending(e => e.Action = "stare")),
        ["event_time_ms"] = ("12 (1970-01-01T00:00:00Z)", Sending(e => e.EventTimeMs = 12)),
        ["value"] = ("NaN", Sending(e => e.Value = double.NaN)),
        ["texts"] = ("", p => p.SendAsync(new Creative { CreativeId = "c", EventTimeMs = Platform.Now.ToUnixTimeMilliseconds() })),
        ["upsert.vector[1]"] = ("Infinity", p =>
        {
            var update = Platform.Upsert;
            update.Upsert.Vector[1] = float.PositiveInfinity;
            return p.SendAsync(update);
        }
        ),
    };

    public async Task InitializeAsync()
    {
        _platform = await new Platform(_cluster.Options).WithTopicsAsync(_cluster);
        _producer = _platform.Producer();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _producer.Dispose();
        _cluster.Dispose();
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_message_is_refused_with_its_field_and_value_and_not_sent(string field, string value)
    {
        var error = await Assert.ThrowsAsync<InvalidMessageException>(() => Messages[field].Send(_producer));

        Assert.Equal((field, value), (error.Violation.Field, error.Violation.Value));
        Assert.Equal(error.Violation.ToString(), error.Message);
        await AssertNothingWasSentAsync();
    }

    [Fact]
    public async Task Withdrawing_nothing_is_refused_and_not_sent()
    {
        var error = await Assert.ThrowsAsync<InvalidMessageException>(() => _producer.WithdrawAsync(""));

        Assert.Equal("creative_id", error.Violation.Field);
        await AssertNothingWasSentAsync();
    }

    [Fact]
    public async Task Messages_are_keyed_and_partitioned_as_the_platform_expects()
    {
        for (var i = 0; i < 20; i++)
        {
            var @event = Platform.Event;
            @event.UserId = $"user-{i}";
            await _producer.SendAsync(@event);
        }
        await _producer.SendAsync(Platform.Creative);
        await _producer.WithdrawAsync("c-2");
        await _producer.SendAsync(Platform.Upsert);

        var events = await _platform.ReadAsync(Topics.UserEvents);
        Assert.Equal(20, events.Count);
        Assert.All(events, r => Assert.Equal(UserEvent.Parser.ParseFrom(r.Value).UserId, Key(r)));
        Assert.All(events, r => Assert.Equal(Platform.PartitionOf(Key(r)), r.Source.Partition));
        var creatives = (await _platform.ReadAsync(Topics.Creatives)).ToDictionary(Key);
        Assert.Equal(Platform.Creative.ToByteArray(), creatives["c-1"].Value);
        Assert.Null(creatives["c-2"].Value);
        Assert.All(creatives.Values, r => Assert.Equal(Platform.PartitionOf(Key(r)), r.Source.Partition));
        var update = Assert.Single(await _platform.ReadAsync(Topics.MemoryUpdates));
        Assert.Equal(("space/m-1", Platform.Upsert), (Key(update), MemoryUpdate.Parser.ParseFrom(update.Value)));
    }

    [Fact]
    public async Task A_delete_by_filter_goes_to_every_partition()
    {
        var delete = Platform.Upsert;
        (delete.Id, delete.DeleteWhere) = ("", new MemoryDeleteWhere { Attributes = { ["category"] = "games" } });

        await _producer.SendAsync(delete);

        var sent = await _platform.ReadAsync(Topics.MemoryUpdates);
        Assert.Equal(Enumerable.Range(0, Platform.Partitions), sent.Select(r => r.Source.Partition).Order());
        Assert.All(sent, r => Assert.Equal(("space?category=games", delete), (Key(r), MemoryUpdate.Parser.ParseFrom(r.Value))));
    }

    [Fact]
    public async Task An_update_of_a_creative_goes_to_the_partition_of_the_creative_and_others_to_that_of_their_key()
    {
        using var producer = _platform.Producer(_platform.Topology with { Memory = [new() { Name = "creatives", Creatives = true }] });
        string[] ids = [.. Enumerable.Range(0, 12).Select(i => $"c-{i}")];
        await Task.WhenAll(ids.SelectMany(id => new[] { "creatives", "space" }.Select(space => producer.SendAsync(Update(space, id)))));

        var sent = await _platform.ReadAsync(Topics.MemoryUpdates);
        Assert.Equal(2 * ids.Length, sent.Count);
        Assert.All(sent, r => Assert.Equal(Platform.PartitionOf(Key(r).Replace("creatives/", "", StringComparison.Ordinal)), r.Source.Partition));
        Assert.Contains(ids, id => Platform.PartitionOf(id) != Platform.PartitionOf($"creatives/{id}"));

        static MemoryUpdate Update(string space, string id)
        {
            var update = Platform.Upsert;
            (update.Namespace, update.Id) = (space, id);
            return update;
        }
    }

    [Fact]
    public async Task A_drop_goes_to_every_partition()
    {
        var drop = new MemoryUpdate { Namespace = "space", EventTimeMs = Platform.Upsert.EventTimeMs, Drop = new MemoryDrop() };

        await _producer.SendAsync(drop);

        var sent = await _platform.ReadAsync(Topics.MemoryUpdates);
        Assert.Equal(Enumerable.Range(0, Platform.Partitions), sent.Select(r => r.Source.Partition).Order());
        Assert.All(sent, r => Assert.Equal(("space?", drop), (Key(r), MemoryUpdate.Parser.ParseFrom(r.Value))));
    }

    [Fact]
    public async Task Messages_carry_CloudEvents_headers()
    {
        await _producer.SendAsync(Platform.Event);
        await _producer.WithdrawAsync("c-2");

        Assert.Equal(
            "ce_specversion=1.0 ce_id=e-1 ce_source=/tests ce_type=streaming.v1.UserEvent ce_time=2026-01-02T03:04:05.678Z content-type=application/protobuf",
            Headers(Assert.Single(await _platform.ReadAsync(Topics.UserEvents))));
        Assert.Equal(
            $"ce_specversion=1.0 ce_id=c-2@{Platform.Now.ToUnixTimeMilliseconds()} ce_source=/tests ce_type=streaming.v1.Creative ce_time=2026-01-02T03:04:05.678Z content-type=application/protobuf",
            Headers(Assert.Single(await _platform.ReadAsync(Topics.Creatives))));
    }

    [Fact]
    public async Task Sending_completes_with_the_offset_and_disposing_delivers_what_is_left()
    {
        var topic = Topics.UserEvents;
        Assert.Equal(0, await _producer.SendRawAsync(topic.Name, "key", [1], "id", "type"));
        Assert.Equal(1, await _producer.SendRawAsync(topic.Name, "key", null, "id", "type"));
        var left = _producer.SendRawAsync(topic.Name, "key", [3], "id", "type");

        _producer.Dispose();

        Assert.True(left.IsCompleted);
        Assert.Equal(2, await left);
        Assert.Equal([[1], null, [3]], (await _platform.ReadAsync(topic)).Select(r => r.Value));
    }

    private TopologyTopics Topics => _platform.Topology.Topics;

    private async Task AssertNothingWasSentAsync()
    {
        _producer.Flush();
        foreach (var topic in Topics.All)
            Assert.Empty(await _platform.ReadAsync(topic));
    }

    private static Func<StreamingProducer, Task> Sending(Action<UserEvent> change) => producer =>
    {
        var @event = Platform.Event;
        change(@event);
        return producer.SendAsync(@event);
    };

    private static string Key(InputRecord record) => Encoding.UTF8.GetString(record.Key!);

    private static string Headers(InputRecord record) => string.Join(' ', record.Headers.Select(h => $"{h.Name}={Encoding.UTF8.GetString(h.Value)}"));
}
