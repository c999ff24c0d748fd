using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Server.Workloads;

namespace Streaming.Server.Tests.Workloads;

public sealed class AmazonBeautyDataSetTests
{
    private const long StartMs = 1_388_534_400_000; // 2014-01-01T00:00Z

    [Fact]
    public void Items_come_by_number_with_their_attributes_as_text()
    {
        using TemporaryDataSet directory = Write("""{"10": [7], "2": [12, 7]}""", "1 2 10");
        List<Creative> creatives = [.. DataSets.Open(directory.Path).Read().TakeWhile(r => r.Kind == WorkloadKind.Creative).Select(r => r.Creative!)];
        Assert.Equal(["item-2", "item-10"], creatives.Select(c => c.CreativeId));
        Assert.Equal(["a12 a7", "a7"], creatives.Select(c => CreativeTextComposer.Compose(c)));
        Assert.All(creatives, c => Assert.Equal(StartMs - 1, c.EventTimeMs));
    }

    [Fact]
    public void The_order_becomes_time_and_users_take_turns()
    {
        using TemporaryDataSet directory = Write("""{"1": [1], "2": [2], "3": [3]}""", "5 1 2 3", "6 3 1");
        List<WorkloadRecord> records = [.. DataSets.Open(directory.Path, TimeSpan.FromMinutes(2)).Read()];
        Assert.Equal(
            [("user-5", "item-1", 2L), ("user-6", "item-3", 2L), ("user-5", "item-2", 3L), ("user-6", "item-1", 3L), ("user-5", "item-3", 4L)],
            records.Skip(3).Select(r => (r.Event!.UserId, r.Event.CreativeId, (r.Event.EventTimeMs - StartMs) / 60_000)));
        Assert.Equal(5, records.Skip(3).Select(r => r.Event!.EventId).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (long)i), records.Select(r => r.Index));
    }

    [Theory]
    [InlineData("1 2 x", "line 2: the line is 'x'")]
    [InlineData("7", "line 2: the line is '7'")]
    [InlineData("1 2 9", "line 2: an item is '9'")]
    public void A_malformed_line_is_named_by_file_line_and_value(string line, string expected)
    {
        using TemporaryDataSet directory = Write("""{"1": [1], "2": [2]}""", "1 1 2", line);
        var error = Assert.Throws<DataSetException>(() => DataSets.Open(directory.Path).Read().Count());
        Assert.Contains($"Beauty.txt, {expected}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1, 2]")]
    [InlineData("""{"1": "red"}""")]
    [InlineData("""{"1": [1}""")]
    public void Malformed_attributes_are_named_by_file_and_line(string json)
    {
        using TemporaryDataSet directory = Write(json, "1 1");
        var error = Assert.Throws<DataSetException>(() => DataSets.Open(directory.Path).Read().Count());
        Assert.Contains("Beauty_item2attributes.json, line 1", error.Message, StringComparison.Ordinal);
    }

    [RealDataFact("amazon-beauty")]
    public void The_published_files_give_all_items_events_and_users()
    {
        List<WorkloadRecord> records = [.. DataSets.Open(RealDataFactAttribute.PathOf("amazon-beauty")).Read()];
        List<UserEvent> events = [.. records.Where(r => r.Kind == WorkloadKind.Event).Select(r => r.Event!)];
        Assert.Equal(12_101, records.TakeWhile(r => r.Kind == WorkloadKind.Creative).Count());
        Assert.Equal(198_502, events.Count);
        Assert.Equal(22_363, events.Select(e => e.UserId).Distinct().Count());
        Assert.Equal(12_101, events.Select(e => e.CreativeId).Distinct().Count());
        Assert.Equal(events.Select(e => e.EventTimeMs).Order(), events.Select(e => e.EventTimeMs));
        Assert.Equal(["item-1", "item-2", "item-3", "item-4", "item-5"], events.Where(e => e.UserId == "user-1").Select(e => e.CreativeId));
    }

    private static TemporaryDataSet Write(string attributes, params string[] lines) =>
        new TemporaryDataSet().With("Beauty_item2attributes.json", attributes).With("Beauty.txt", lines);
}
