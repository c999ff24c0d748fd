using System.Diagnostics;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Tests.Support;
using Streaming.Kafka.Topics;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Tasks;

/// <summary>Brokers that are killed or fall silent, on a cluster of these tests' own.</summary>
public sealed class BrokerFaultTests(BrokerFaultTests.OwnKafka kafka) : IClassFixture<BrokerFaultTests.OwnKafka>
{
    private const int Restored = 205;

    [RealKafkaFact(ownCluster: true)]
    public async Task Every_record_is_processed_when_the_broker_is_killed_in_the_middle()
    {
        var options = kafka.Options;
        var admin = new KafkaTopicAdmin(options);
        var (source, target) = (await NewTopic.CreateAsync(admin, 2), await NewTopic.CreateAsync(admin, 2));
        using var folder = new TestDirectory();
        using var reached = new ManualResetEventSlim();
        using var killed = new ManualResetEventSlim();
        var (log, seen) = (new Journal(), 0);
        var role = new CountingRole(source, target)
        {
            // Holds the task at the thousandth record until the broker is gone, so that its output is the first that cannot be delivered.
            Processing = _ =>
            {
                if (++seen != 1000)
                    return;
                reached.Set();
                Assert.True(killed.Wait(Eventually.Deadline));
            },
        };
        var runtime = new RuntimeOptions { SessionTimeout = GroupMember.SessionTimeout, DeliveryTimeout = TimeSpan.FromSeconds(2), CommitInterval = TimeSpan.FromMilliseconds(50) };
        using var sink = Sinks.Open(options);
        await Counts.ProduceAsync(sink, source, 0, 2000);

        await using (var stream = RunningStream.Start(options, NewTopic.Name("group"), role, folder.Path, runtime, log))
        {
            await Task.Run(() => Assert.True(reached.Wait(Eventually.Deadline)));
            kafka.Cluster.Kill(1);
            killed.Set();
            var meanwhile = Counts.ProduceAsync(sink, source, 2000, 1000);
            await Eventually.HoldsAsync("a delivery fails and its task goes back", () => log.CountOf(Restored) > 0);
            kafka.Cluster.Up(1);
            await meanwhile;
            await stream.CommittedAsync(3000);
        }

        Assert.InRange(await Counts.CheckAsync(options, source, target), 3000, int.MaxValue);
    }

    [RealKafkaFact(ownCluster: true)]
    public async Task A_delivery_fails_in_time_when_the_broker_is_silent_and_the_sink_goes_on_after_it()
    {
        var options = kafka.Options;
        var topic = await NewTopic.CreateAsync(new KafkaTopicAdmin(options), 1);
        using var sink = Sinks.Open(options, TimeSpan.FromSeconds(2));
        await sink.PublishAsync(topic, [1], [1]);

        kafka.Cluster.Pause(1);
        var started = Stopwatch.GetTimestamp();
        try
        {
            await Assert.ThrowsAsync<DeliveryFailedException>(() => sink.PublishAsync(topic, [1], [2]));
        }
        finally
        {
            kafka.Cluster.Resume(1);
        }
        // librdkafka looks for records that are overdue once a second.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 1.9, 6);

        await sink.PublishAsync(topic, [1], [3]);
        var values = (await LogReading.OfAsync(new KafkaLogReader(options, new Journal()), topic, Eventually.Deadline)).Select(r => r.Value![0]).ToList();
        // The brokers may have taken the record whose delivery was given up, once and in its place.
        Assert.Contains(string.Join(' ', values), new[] { "1 3", "1 2 3" });
    }

    [RealKafkaFact(ownCluster: true)]
    public async Task Offsets_for_the_group_wait_for_no_broker()
    {
        var topic = await NewTopic.CreateAsync(new KafkaTopicAdmin(kafka.Options), 1);
        using var member = new GroupMember(kafka.Options, NewTopic.Name("group"), topic);
        member.PollUntil("the partition is assigned", () => member.Owned.Count == 1);

        kafka.Cluster.Pause(1);
        try
        {
            // The member's session and the client's request time-out are both longer than this.
            await Task.Run(() => member.Source.CommitOffsets([new(new(topic, 0), 1)])).WaitAsync(GroupMember.SessionTimeout / 2);
        }
        finally
        {
            kafka.Cluster.Resume(1);
        }
    }

    /// <summary>The class's own cluster, which starts with the first test that asks for it.</summary>
    public sealed class OwnKafka : IDisposable
    {
        private readonly Lazy<RealKafka> _kafka = new(() => RealKafka.Start());

        public RealKafka Cluster => _kafka.Value;

        internal KafkaOptions Options => new() { BootstrapServers = Cluster.BootstrapServers };

        public void Dispose()
        {
            if (_kafka.IsValueCreated)
                _kafka.Value.Dispose();
        }
    }
}
