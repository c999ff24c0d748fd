using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Tests.Support;
using Streaming.Kafka.Topics;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Clients;

[Collection(RealKafkaCollection.Name)]
public sealed class KafkaLogReaderTests(RealKafkaFixture kafka)
{
    private KafkaOptions Options => new() { BootstrapServers = kafka.BootstrapServers };

    private KafkaTopicAdmin Admin => new(Options);

    private KafkaLogReader Reader => new(Options, NullLogger.Instance);

    [RealKafkaFact]
    public async Task An_empty_topic_is_caught_up_with_nothing()
    {
        var topic = await NewTopic.CreateAsync(Admin, 3);
        using var reading = LogReading.Start(Reader, topic);

        Assert.Equal(0, await reading.CaughtUp.WaitAsync(Eventually.Deadline));
    }

    [RealKafkaFact]
    public async Task Catching_up_has_seen_everything_and_reading_goes_on_with_what_is_appended()
    {
        var topic = await NewTopic.CreateAsync(Admin, 8);
        using var sink = Sinks.Open(Options);
        // Two keys: at least six of the eight partitions stay empty.
        await sink.PublishNumbersAsync(topic, "a", 0, 300);
        await sink.PublishNumbersAsync(topic, "b", 300, 200);

        using var reading = LogReading.Start(Reader, topic);
        Assert.Equal(500, await reading.CaughtUp.WaitAsync(Eventually.Deadline));

        await sink.PublishNumbersAsync(topic, "c", 500, 10);
        await Eventually.HoldsAsync("the new records are read", () => reading.Records.Count == 510);
        Assert.Equal(Enumerable.Range(0, 510), reading.Records.Select(r => int.Parse(r.Text(), null)).Order());
        // A topic's end is reached again after the new records; catching up happens once.
        Assert.Equal(1, reading.TimesCaughtUp);

        await reading.StopAsync();
    }

    // Brokers hold a fetch at the end of a partition until there is something, here for longer than the test would wait.
    [RealKafkaFact]
    public async Task The_end_of_a_partition_is_known_without_a_fetch_there()
    {
        var topic = await NewTopic.CreateAsync(Admin, 2);
        using (var sink = Sinks.Open(Options))
            await sink.PublishNumbersAsync(topic, "key", 0, 10);
        var reader = new KafkaLogReader(Options with { Settings = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "120000", ["socket.timeout.ms"] = "150000" } }, NullLogger.Instance);
        List<Runtime.Records.InputRecord> records = [];

        var toEnd = Task.Run(() => records.AddRange(Enumerable.Range(0, 2).SelectMany(p => ToEnd(reader, new(topic, p)))));
        using var reading = LogReading.Start(reader, topic);

        Assert.Equal(10, await reading.CaughtUp.WaitAsync(Eventually.Deadline));
        await toEnd.WaitAsync(Eventually.Deadline);
        Assert.Equal(Enumerable.Range(0, 10), records.Select(r => int.Parse(r.Text(), null)));
    }

    [RealKafkaFact]
    public async Task Compacted_records_leave_gaps_that_reading_steps_over()
    {
        var topic = await NewTopic.CreateAsync(
            Admin, 1, ("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0.01"), ("segment.ms", "1000"), ("message.timestamp.type", "CreateTime"));
        // A segment rolls by its records' times: an hour between two records rolls it at once. The newest segment is never compacted.
        using (var producer = new ProducerBuilder<byte[]?, byte[]?>(Options.Client()).Build())
        {
            var time = DateTime.UtcNow.AddHours(-5);
            foreach (var (key, hour) in new[] { (1, 0), (2, 1), (1, 2), (1, 3), (3, 4) })
                await producer.ProduceAsync(topic, new() { Key = [(byte)key], Value = [(byte)hour], Timestamp = new Timestamp(time.AddHours(hour)) });
        }
        await Eventually.HoldsAsync("the topic is compacted", () => Reader.ReadAt(new(topic, 0), 0).Record is null && Reader.ReadAt(new(topic, 0), 2).Record is null);

        using var reading = LogReading.Start(Reader, topic);

        Assert.Equal(3, await reading.CaughtUp.WaitAsync(Eventually.Deadline));
        Assert.Equal([(1L, 2), (3, 1), (4, 3)], reading.Records.Select(r => (r.Offset, (int)r.Key![0])));
    }

    [RealKafkaFact]
    public async Task Reading_at_an_offset_finds_the_record_and_the_bounds_of_the_log()
    {
        var topic = await NewTopic.CreateAsync(Admin, 2);
        using (var sink = Sinks.Open(Options))
            await sink.PublishNumbersAsync(topic, "key", 0, 10);
        var partition = new Runtime.Records.TopicPartition(topic, Core.Partitioning.Murmur2.Partition("key", 2));
        using (var admin = new AdminClientBuilder(Options.Client()).Build())
            await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, partition.Partition, 3)], new DeleteRecordsOptions());

        Assert.Equal((3L, 10L), Bounds(partition, 0));
        Assert.Null(Reader.ReadAt(partition, 2).Record);
        Assert.Equal((3, "3"), Read(partition, 3));
        Assert.Equal((9, "9"), Read(partition, 9));
        Assert.Null(Reader.ReadAt(partition, 10).Record);
        Assert.Null(Reader.ReadAt(partition, 11).Record);
        Assert.Equal((3L, 10L), Bounds(partition, 11));
        Assert.Equal((0L, 0L), Bounds(partition with { Partition = 1 - partition.Partition }, 0));
    }

    [RealKafkaFact]
    public async Task A_topic_that_does_not_exist_is_an_error()
    {
        var topic = NewTopic.Name();

        Assert.ThrowsAny<KafkaException>(() => Reader.ReadAt(new(topic, 0), 0));
        using var reading = LogReading.Start(Reader, topic);
        await Assert.ThrowsAnyAsync<KafkaException>(() => reading.Ended.WaitAsync(Eventually.Deadline));
    }

    private static List<Runtime.Records.InputRecord> ToEnd(KafkaLogReader reader, Runtime.Records.TopicPartition partition)
    {
        List<Runtime.Records.InputRecord> records = [];
        reader.ReadToEnd(partition, records.Add, CancellationToken.None);
        return records;
    }

    private (long Start, long End) Bounds(Runtime.Records.TopicPartition partition, long offset)
    {
        var found = Reader.ReadAt(partition, offset);
        return (found.StartOffset, found.EndOffset);
    }

    private (long Offset, string Value) Read(Runtime.Records.TopicPartition partition, long offset)
    {
        var record = Reader.ReadAt(partition, offset).Record!;
        Assert.Equal(partition, record.Source);
        return (record.Offset, record.Text());
    }
}
