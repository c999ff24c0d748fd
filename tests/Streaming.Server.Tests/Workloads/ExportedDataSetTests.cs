using Streaming.Models.Encoders;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Workloads;

public sealed class ExportedDataSetTests
{
    private const string Creative = """{"creative_id":"c","text":"Title shoes More words","attributes":["category:shoes"],"embedding":[0]}""";
    private const string Event = """{"user_id":"u","creative_id":"c","action":"click","event_time_ms":1000,"value":2.5}""";

    [Fact]
    public void Creatives_come_first_with_the_text_that_was_encoded_then_the_events_in_their_order()
    {
        using var directory = new TemporaryDataSet()
            .With("creatives.jsonl", Creative)
            .With("events.jsonl", Event, Event.Replace("\"c\"", "\"unknown\"", StringComparison.Ordinal), Event.Replace("1000", "2000", StringComparison.Ordinal));
        var records = DataSets.Open(directory.Path, TimeSpan.FromSeconds(1)).Read().ToList();

        Assert.Equal([WorkloadKind.Creative, WorkloadKind.Event, WorkloadKind.Event], records.Select(record => record.Kind));
        Assert.Equal("Title shoes More words", CreativeTextComposer.Compose(records[0].Creative!));
        Assert.Equal(1999, records[0].Creative!.EventTimeMs);
        Assert.Equal([("u", "c", "click", 2000L, 2.5, "u-1"), ("u", "c", "click", 3000L, 2.5, "u-2")], records.Skip(1).Select(record => record.Event!)
            .Select(e => (e.UserId, e.CreativeId, e.Action, e.EventTimeMs, e.Value, e.EventId)));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("""{"creative_id":"d"}""")]
    [InlineData("""{"creative_id":"d","text":null}""")]
    public void A_line_that_is_no_creative_is_named(string line)
    {
        using var directory = new TemporaryDataSet().With("creatives.jsonl", Creative, line).With("events.jsonl", Event);
        var error = Assert.Throws<DataSetException>(() => DataSets.Open(directory.Path).Read().ToList());
        Assert.Contains("creatives.jsonl, line 2", error.Message, StringComparison.Ordinal);
    }
}
