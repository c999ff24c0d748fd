using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Core.Contracts;
using Streaming.Core.Registry;
using Streaming.Runtime.Joins;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Joins;

public sealed class CreativeTableTests
{
    private const string Topic = "creative-features";
    private readonly MemoryLog _log = new(new ManualTime(), 2);
    private readonly CreativeTable _table;

    public CreativeTableTests() => _table = new CreativeTable(_log, Topic, new CreativeModelVersions("", ""), NullLogger.Instance);

    [Fact]
    public void A_lower_version_is_ignored_and_an_equal_one_wins()
    {
        _table.Apply(Features("c1", version: 5, content: 1));
        _table.Apply(Features("c1", version: 4, content: 2));
        Assert.Equal(1, _table.Find("c1")!.Embedding.Span[0]);

        _table.Apply(Features("c1", version: 5, content: 3));
        Assert.Equal(3, _table.Find("c1")!.Embedding.Span[0]);
    }

    [Fact]
    public void A_tombstone_removes_a_creative()
    {
        _table.Apply(Features("c1", version: 5, content: 1));
        _table.Apply(Append("c1", null));

        Assert.Null(_table.Find("c1"));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Unreadable_records_and_records_without_a_key_are_left_out()
    {
        _table.Apply(Append("c1", [0xff, 0xff]));
        _table.Apply(_log.Append(new(Topic, null, [1], [])));

        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task Catching_up_ends_when_the_whole_topic_is_in_the_table()
    {
        for (var i = 0; i < 10; i++)
            Features($"c{i}", version: i, content: i);
        using var stop = new CancellationTokenSource();

        var running = _table.RunAsync(stop.Token);
        await _table.CaughtUp;

        Assert.Equal(10, _table.Count);
        for (var p = 0; p < _log.Partitions; p++)
        {
            var end = _log.Read(new TopicPartition(Topic, p)).Count;
            Assert.True(_table.HasApplied(p, end));
            Assert.False(_table.HasApplied(p, end + 1));
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private InputRecord Features(string creativeId, long version, float content) =>
        Append(creativeId, new CreativeFeatures { CreativeId = creativeId, Version = version, Embedding = { content } }.ToByteArray());

    private InputRecord Append(string key, byte[]? value) => _log.Append(new(Topic, Encoding.UTF8.GetBytes(key), value, []));
}
