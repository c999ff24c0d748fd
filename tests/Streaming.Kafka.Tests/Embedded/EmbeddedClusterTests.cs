using System.Diagnostics;
using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Core.Partitioning;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Embedded;
using Streaming.Kafka.Tests.Support;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Embedded;

public sealed class EmbeddedClusterTests : IDisposable
{
    private readonly EmbeddedCluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task Topics_have_the_partitions_that_were_asked_for()
    {
        var answer = await _cluster.EnsureAsync([NewTopic.Define("one", 1), NewTopic.Define("five", 5)], CancellationToken.None);
        var again = await _cluster.EnsureAsync([NewTopic.Define("five", 2), NewTopic.Define("three", 3)], CancellationToken.None);

        Assert.Equal((1, 5), (answer["one"], answer["five"]));
        Assert.Equal((1, 5, 3), (again["one"], again["five"], again["three"]));
        using var admin = new AdminClientBuilder(_cluster.Options.Client()).Build();
        foreach (var (topic, partitions) in again)
            Assert.Equal(partitions, admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count);
    }

    [Fact]
    public async Task Records_of_two_topics_come_back_in_order_and_in_their_partitions()
    {
        var (a, b) = (await NewTopic.CreateAsync(_cluster, 4), await NewTopic.CreateAsync(_cluster, 2));
        using var sink = Sinks.Open(_cluster.Options);
        using var member = new GroupMember(_cluster.Options, "group", NullLogger.Instance, a, b);
        await sink.PublishNumbersAsync(a, "x", 0, 50);
        await sink.PublishNumbersAsync(b, "y", 0, 50);
        await sink.PublishAsync(a, "z"u8.ToArray(), null, new Runtime.Records.RecordHeader("h", [1, 0, 2]));

        member.PollUntil("every record is read", () => member.Records.Count >= 101);

        var byTopic = member.Records.ToLookup(r => r.Source.Topic);
        var numbers = Enumerable.Range(0, 50).Select(i => $"{i}");
        Assert.Equal(numbers, byTopic[a].Where(r => r.Value is not null).Select(r => r.Text()));
        Assert.Equal(numbers, byTopic[b].Select(r => r.Text()));
        Assert.All(member.Records, r => Assert.Equal(Murmur2.Partition(r.Key!, r.Source.Topic == a ? 4 : 2), r.Source.Partition));
        Assert.Equal([1, 0, 2], byTopic[a].Single(r => r.Value is null).Headers.Single().Value);
    }

    [Fact]
    public async Task A_member_takes_over_what_another_leaves_and_reads_from_where_its_listener_says()
    {
        var topic = await NewTopic.CreateAsync(_cluster, 1);
        using var sink = Sinks.Open(_cluster.Options);
        await sink.PublishNumbersAsync(topic, "key", 0, 10);
        using (var first = new GroupMember(_cluster.Options, "group", topic))
        {
            first.PollUntil("every record is read", () => first.Records.Count == 10);
            first.Source.CommitOffsets([new(new(topic, 0), 10)]);
        }

        using var next = new GroupMember(_cluster.Options, "group", topic) { StartAt = _ => 6 };
        next.PollUntil("the rest is read", () => next.Records.Count == 4);

        Assert.Equal([6, 7, 8, 9], next.Records.Select(r => r.Offset));
        Assert.Equal(10, next.Source.EndOffset(new(topic, 0)));
    }

    [Fact]
    public async Task A_log_is_read_to_its_end_and_at_an_offset()
    {
        var topic = await NewTopic.CreateAsync(_cluster, 3);
        using var sink = Sinks.Open(_cluster.Options);
        await sink.PublishNumbersAsync(topic, "key", 0, 20);
        var reader = new KafkaLogReader(_cluster.Options, NullLogger.Instance);

        Assert.Equal(20, (await LogReading.OfAsync(reader, topic, Eventually.Deadline)).Count);
        var found = reader.ReadAt(new(topic, Murmur2.Partition("key", 3)), 7);
        Assert.Equal((0L, 20L, "7"), (found.StartOffset, found.EndOffset, found.Record!.Text()));
    }

    [Fact]
    public async Task A_stream_thread_processes_every_record_once()
    {
        var (source, target) = (await NewTopic.CreateAsync(_cluster, 4), await NewTopic.CreateAsync(_cluster, 4));
        using var folder = new TestDirectory();
        using var sink = Sinks.Open(_cluster.Options);
        await Counts.ProduceAsync(sink, source, 0, 500);

        await using (var stream = RunningStream.Start(_cluster.Options, "group", new CountingRole(source, target), folder.Path, new RuntimeOptions(), NullLogger.Instance))
            await stream.CommittedAsync(500);

        Assert.Equal(500, await Counts.CheckAsync(_cluster.Options, source, target));
    }

    // Left alone, librdkafka takes up to a second for the first record of each topic: five here, one after the other.
    [Fact]
    public async Task The_first_record_of_a_topic_does_not_wait_for_a_second()
    {
        using var sink = Sinks.Open(_cluster.Options);
        var topics = new List<string>();
        for (var i = 0; i < 5; i++)
            topics.Add(await NewTopic.CreateAsync(_cluster, 2));

        var started = Stopwatch.GetTimestamp();
        foreach (var topic in topics)
            await sink.PublishAsync(topic, [1], [1]);

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 2.5);
    }

    [Fact]
    public void Disposing_twice_is_harmless()
    {
        var cluster = new EmbeddedCluster();
        cluster.Dispose();
        cluster.Dispose();
    }

    // librdkafka aborts the process when the client of a cluster goes first, which a finalizer must not do.
    [Fact]
    public void A_cluster_that_nobody_disposed_goes_in_order()
    {
        var cluster = Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.False(cluster.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget() => new(new EmbeddedCluster());
}
