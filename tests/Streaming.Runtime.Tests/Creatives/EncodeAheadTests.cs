using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Creatives;
using Streaming.Runtime.Records;
using Streaming.Runtime.Tasks;
using Streaming.Runtime.Tests.Fakes;

namespace Streaming.Runtime.Tests.Creatives;

public sealed class EncodeAheadTests : IDisposable
{
    private readonly World _world = new() { Role = World.CreativesRole };

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Creatives_of_one_poll_are_encoded_in_batches()
    {
        var records = Announce(11, out var processor);
        var output = new RecordingOutput();
        foreach (var record in records)
            Assert.Equal(ProcessOutcome.Applied, processor.Process(record, output).Outcome);
        Assert.Equal([4, 4, 3], _world.Creatives.Encoded);
        Assert.Equal(11, output.Records.Count);
    }

    [Fact]
    public void Features_are_the_same_as_one_by_one()
    {
        var (batched, alone) = (new RecordingOutput(), new RecordingOutput());
        var records = Announce(9, out var processor);
        foreach (var record in records)
            processor.Process(record, batched);
        var other = World.CreativesRole(_world).Create(new("creatives", 0), new MemoryState());
        foreach (var record in records)
            other.Process(record, alone);
        Assert.Equal(alone.Records.Select(r => Convert.ToHexString(r.Value!)), batched.Records.Select(r => Convert.ToHexString(r.Value!)));
        Assert.Equal([4, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], _world.Creatives.Encoded);
    }

    [Fact]
    public void One_bad_creative_does_not_take_its_batch_with_it()
    {
        var records = Announce(4, out var processor);
        _world.Creatives.UnreadableTitle = "title 2";
        var output = new RecordingOutput();
        foreach (var record in records)
        {
            if (Title(record) == "title 2")
                Assert.Throws<InvalidDataException>(() => processor.Process(record, output));
            else
                Assert.Equal(ProcessOutcome.Applied, processor.Process(record, output).Outcome);
        }
        Assert.Equal(3, output.Records.Count);
    }

    [Fact]
    public void Creatives_with_media_go_alone_where_the_encoder_reads_them()
    {
        var records = Announce(4, out var processor, i => i == 1 ? new CreativeMedia { MimeType = "image/png", Data = ByteString.CopyFrom(1) } : null);
        var output = new RecordingOutput();
        foreach (var record in records)
            processor.Process(record, output);
        Assert.Equal([3, 1], _world.Creatives.Encoded);
        Assert.Equal(4, output.Records.Count);
    }

    [Fact]
    public void What_was_announced_and_not_processed_is_forgotten()
    {
        var records = Announce(4, out var processor);
        processor.EndBatch();
        foreach (var record in records)
            processor.Process(record, new RecordingOutput());
        Assert.Equal([1, 1, 1, 1], _world.Creatives.Encoded);
    }

    private List<InputRecord> Announce(int count, out ITaskProcessor processor, Func<int, CreativeMedia?>? media = null)
    {
        processor = World.CreativesRole(_world).Create(new("creatives", 0), new MemoryState());
        List<InputRecord> records = [.. Enumerable.Range(0, count).Select(i => Record(i, Make(i, media?.Invoke(i))))];
        foreach (var record in records)
            processor.Announce(record);
        return records;
    }

    private static InputRecord Record(long offset, Creative creative) => new()
    {
        Source = new("creatives", 0),
        Offset = offset,
        Key = System.Text.Encoding.UTF8.GetBytes(creative.CreativeId),
        Value = creative.ToByteArray(),
        AppendTimeMs = ManualTime.StartMs,
    };

    private static string Title(InputRecord record) => Creative.Parser.ParseFrom(record.Value).Texts[0].Text;

    private static Creative Make(int number, CreativeMedia? media)
    {
        var creative = new Creative { CreativeId = $"c{number}", Texts = { new CreativeText { Role = "title", Text = $"title {number}" } }, EventTimeMs = ManualTime.StartMs };
        if (media is not null)
            creative.Media.Add(media);
        return creative;
    }
}
