using System.Text;
using Confluent.Kafka;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Core.Partitioning;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Tests.Support;
using Streaming.Kafka.Topics;
using Streaming.Runtime.Records;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Clients;

/// <summary>What <see cref="KafkaRecordSink"/> publishes is what <see cref="KafkaRecordSource"/> reads.</summary>
[Collection(RealKafkaCollection.Name)]
public sealed class RecordRoundTripTests(RealKafkaFixture kafka)
{
    private const ulong Seed = 20_260_101;

    private KafkaOptions Options => new() { BootstrapServers = kafka.BootstrapServers };

    private KafkaTopicAdmin Admin => new(Options);

    [RealKafkaFact]
    public async Task Keys_values_and_headers_come_back_byte_for_byte()
    {
        var topic = await NewTopic.CreateAsync(Admin, 1);
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        OutputRecord[] records =
        [
            new(topic, all, [0, 255, 0], [new("ce_id", all), new("empty", []), new("ce_id", [1])]),
            new(topic, [7], null, []),
            new(topic, null, [8], [new("ключ", "значение"u8.ToArray())]),
            new(topic, [9], [], []),
            new(topic, [], [10], []),
            new(topic, null, null, []),
        ];
        using (var sink = Sinks.Open(Options))
        {
            foreach (var record in records)
                await sink.PublishAsync(topic, record.Key, record.Value, [.. record.Headers]);
        }

        using var member = new GroupMember(Options, NewTopic.Name("group"), topic);
        member.PollUntil("every record is read", () => member.Records.Count >= records.Length);

        Assert.Equal(records.Select(r => Show(r)), member.Records.Select(r => Show(new(topic, r.Key, r.Value, r.Headers))));
        Assert.Equal(Enumerable.Range(0, records.Length).Select(i => (new Runtime.Records.TopicPartition(topic, 0), (long)i)), member.Records.Select(r => (r.Source, r.Offset)));
    }

    [RealKafkaFact]
    public async Task A_header_without_a_value_is_read_as_an_empty_one()
    {
        var topic = await NewTopic.CreateAsync(Admin, 1);
        using (var producer = new ProducerBuilder<byte[]?, byte[]?>(Options.Client()).Build())
            await producer.ProduceAsync(topic, new() { Value = [1], Headers = new Headers { new Header("bare", null) } });

        using var member = new GroupMember(Options, NewTopic.Name("group"), topic);
        member.PollUntil("the record is read", () => member.Records.Count == 1);

        Assert.Equal([], Assert.Single(member.Records[0].Headers).Value);
    }

    [RealKafkaFact]
    public async Task The_append_time_is_the_brokers_and_the_delivery_tells_the_same()
    {
        var topic = await NewTopic.CreateAsync(Admin, 1, ("message.timestamp.type", "LogAppendTime"));
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        long told;
        using (var sink = Sinks.Open(Options))
            told = await sink.PublishAsync(topic, [1], [1]);
        using (var producer = new ProducerBuilder<byte[]?, byte[]?>(Options.Client()).Build())
            await producer.ProduceAsync(topic, new() { Value = [2], Timestamp = new Timestamp(new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc)) });
        var after = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        using var member = new GroupMember(Options, NewTopic.Name("group"), topic);
        member.PollUntil("both records are read", () => member.Records.Count == 2);

        Assert.Equal(told, member.Records[0].AppendTimeMs);
        Assert.All(member.Records, r => Assert.InRange(r.AppendTimeMs, before, after));
    }

    [RealKafkaFact]
    public async Task Records_of_a_key_keep_their_order()
    {
        var topic = await NewTopic.CreateAsync(Admin, 3);
        const int count = 2_000;
        using (var sink = Sinks.Open(Options))
            await Task.WhenAll(new[] { "a", "b", "c", "d" }.Select(key => Task.Run(() => sink.PublishNumbersAsync(topic, key, 0, count))));

        using var member = new GroupMember(Options, NewTopic.Name("group"), topic);
        member.PollUntil("every record is read", () => member.Records.Count >= 4 * count);

        var byKey = member.Records.GroupBy(r => Encoding.UTF8.GetString(r.Key!)).ToDictionary(g => g.Key, g => g.Select(r => r.Text()));
        Assert.Equal(["a", "b", "c", "d"], byKey.Keys.Order());
        Assert.All(byKey.Values, values => Assert.Equal(Enumerable.Range(0, count).Select(i => $"{i}"), values));
    }

    [RealKafkaFact]
    public async Task The_sink_chooses_the_partition_that_the_platform_computes()
    {
        const int partitions = 7;
        var topic = await NewTopic.CreateAsync(Admin, partitions);
        using var sink = Sinks.Open(Options);
        using var member = new GroupMember(Options, NewTopic.Name("group"), topic);
        var keys = ArbMap.Default.GeneratorFor<byte>().ArrayOf().Resize(70).NonEmptyListOf().Select(k => k.ToArray()).ToArbitrary();

        Prop.ForAll(keys, chosen =>
        {
            member.Records.Clear();
            foreach (var key in chosen)
                sink.PublishAsync(topic, key, key);
            member.PollUntil("every key is read", () => member.Records.Count >= chosen.Length);
            Assert.Equal(chosen.Length, member.Records.Count);
            Assert.All(member.Records, r => Assert.Equal(Murmur2.Partition(r.Key!, partitions), r.Source.Partition));
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(50).WithReplay(Seed, 1UL));
    }

    [RealKafkaFact]
    public async Task A_record_of_five_megabytes_passes_where_the_topic_allows_it_and_is_refused_elsewhere()
    {
        var (large, ordinary) = (await NewTopic.CreateAsync(Admin, 1, ("max.message.bytes", "20971520")), await NewTopic.CreateAsync(Admin, 1));
        var value = new byte[5 * 1024 * 1024];
        new Random((int)Seed).NextBytes(value);
        using var sink = Sinks.Open(Options);

        await sink.PublishAsync(large, [1], value);
        await sink.PublishAsync(large, [1], [2]);
        await Assert.ThrowsAsync<DeliveryFailedException>(() => sink.PublishAsync(ordinary, [1], value));

        using var member = new GroupMember(Options, NewTopic.Name("group"), large);
        member.PollUntil("both records are read", () => member.Records.Count == 2);
        Assert.True(value.AsSpan().SequenceEqual(member.Records[0].Value));
        Assert.Equal(value, new KafkaLogReader(Options, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).ReadAt(new(large, 0), 0).Record!.Value!);
    }

    private static string Show(OutputRecord record) =>
        $"{Hex(record.Key)} → {Hex(record.Value)} {string.Join(", ", record.Headers.Select(h => $"{h.Name}={Hex(h.Value)}"))}";

    private static string Hex(byte[]? bytes) => bytes is null ? "null" : $"[{Convert.ToHexString(bytes)}]";
}
