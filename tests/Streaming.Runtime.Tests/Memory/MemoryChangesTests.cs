using System.Globalization;
using Streaming.Core.Contracts;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Metrics;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Memory;

public sealed class MemoryChangesTests : IDisposable
{
    private const string Topic = "memory-changes";
    private readonly RuntimeMetrics _metrics = new();
    private readonly MemoryLog _log = new(new ManualTime(), 2);
    private readonly MemorySink _sink;
    private readonly MemoryChanges _changes;

    public MemoryChangesTests()
    {
        _sink = new MemorySink(_log) { Immediate = false };
        _changes = new MemoryChanges(_sink, Topic, _metrics.Memory);
    }

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void A_change_is_keyed_by_its_entry_and_its_id_is_the_same_in_every_repetition()
    {
        _changes.Add(Change(1));
        _changes.Send(ManualTime.StartMs);
        _changes.Add(Change(1));
        _changes.Send(ManualTime.StartMs + 5);
        _sink.Deliver();

        var sent = _log.Read(Topic).ToList();
        Assert.Equal(2, sent.Count);
        Assert.All(sent, r => Assert.Equal("facts/id-1", System.Text.Encoding.UTF8.GetString(r.Key!)));
        Assert.All(sent, r => Assert.Equal("facts/id-1@updates-0-1", Header(r, CloudEvents.IdHeader)));
        Assert.All(sent, r => Assert.Equal(Change(1), MemoryChange.Parser.ParseFrom(r.Value)));
        Assert.Equal(6, sent[0].Headers.Count);
    }

    [Fact]
    public void What_is_not_delivered_is_sent_again_and_so_is_what_the_producer_threw_at()
    {
        _changes.Add(Change(1));
        _changes.Send(0);
        _sink.Fail(1);
        _sink.ThrowNext = new InvalidOperationException("planted");
        _changes.Add(Change(2));
        _changes.Send(0);
        _changes.Send(0);
        _sink.Deliver();

        Assert.Equal(["id-1", "id-2"], Sent().Order());
        _changes.Send(0);
        Assert.Equal(3, _sink.Published);
    }

    [Fact]
    public void One_send_hands_over_a_bounded_number_and_stops_while_too_many_are_under_way()
    {
        for (var i = 0; i < 20_000; i++)
            _changes.Add(Change(i));
        _changes.Send(0);
        Assert.Equal(4_096, _sink.Published);
        for (var i = 0; i < 5; i++)
            _changes.Send(0);
        Assert.Equal(8_192, _sink.Published);

        for (var i = 0; i < 5; i++)
        {
            _sink.Deliver();
            _changes.Send(0);
        }
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"id-{i}").Order(), Sent().Order());
    }

    [Fact]
    public void Beyond_the_bound_the_oldest_is_lost()
    {
        var changes = new MemoryChanges(_sink, Topic, _metrics.Memory, mostWaiting: 3);
        for (var i = 0; i < 4; i++)
            changes.Add(Change(i));
        changes.Send(0);
        _sink.Fail(3);
        changes.Add(Change(4));
        changes.Send(0);
        _sink.Deliver();

        // The first at once, and the last because what was not delivered came back behind it.
        Assert.Equal(["id-1", "id-2", "id-3"], Sent().Order());
    }

    private List<string> Sent() => [.. _log.Read(Topic).Select(r => MemoryChange.Parser.ParseFrom(r.Value).Id)];

    private static string Header(InputRecord record, string name) => System.Text.Encoding.UTF8.GetString(record.Headers.Single(h => h.Name == name).Value);

    private static MemoryChange Change(int i) => new()
    {
        Namespace = "facts",
        Id = string.Create(CultureInfo.InvariantCulture, $"id-{i}"),
        Reason = "expired",
        Version = 3,
        EventTimeMs = 5,
        Source = "updates-0",
        Offset = i,
    };
}
