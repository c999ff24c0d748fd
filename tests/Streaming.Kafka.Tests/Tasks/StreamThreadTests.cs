using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Core.Topologies;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Tests.Support;
using Streaming.Kafka.Topics;
using Streaming.Runtime.Records;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Tasks;

/// <summary>Stream threads end to end on a real Kafka.</summary>
[Collection(RealKafkaCollection.Name)]
public sealed class StreamThreadTests(RealKafkaFixture kafka) : IDisposable
{
    private const int Assigned = 201;
    private const int Lapsed = 204;
    private const int Jumped = 2;

    private readonly TestDirectory _folder = new();
    private readonly string _group = NewTopic.Name("group");

    private KafkaOptions Options => new() { BootstrapServers = kafka.BootstrapServers };

    public void Dispose() => _folder.Dispose();

    [RealKafkaFact]
    public async Task Every_record_is_processed_once_across_a_clean_restart()
    {
        var (source, target) = await TopicsAsync(4);
        using var sink = Sinks.Open(Options);
        await Counts.ProduceAsync(sink, source, 0, 500);
        await using (var first = Start(new(source, target), new()))
            await first.CommittedAsync(500);

        await Counts.ProduceAsync(sink, source, 500, 500);
        await using (var second = Start(new(source, target), new()))
            await second.CommittedAsync(1000);

        Assert.Equal(1000, await Counts.CheckAsync(Options, source, target));
    }

    [RealKafkaFact]
    public async Task Two_threads_share_the_work_and_each_goes_on_where_the_others_state_is_not()
    {
        var (source, target) = await TopicsAsync(4);
        using var other = new TestDirectory();
        using var sink = Sinks.Open(Options);
        await Counts.ProduceAsync(sink, source, 0, 300);
        await using (var stays = Start(new(source, target), new()))
        {
            await stays.CommittedAsync(300);
            await using (var second = RunningStream.Start(Options, _group, new CountingRole(source, target), other.Path, new(), NullLogger.Instance))
            {
                await second.CommittedAsync(1);
                await Counts.ProduceAsync(sink, source, 300, 300);
            }
            await stays.CommittedAsync(600);
        }

        // The second has no state of the first, so it repeats its partitions from their beginning; the results are the same.
        Assert.InRange(await Counts.CheckAsync(Options, source, target), 601, 1200);
    }

    [RealKafkaFact]
    public async Task Nothing_is_published_between_the_end_of_the_lease_and_the_next_assignment()
    {
        var journal = await JumpAsync(sessionTimeout: TimeSpan.FromSeconds(6));

        var afterJump = journal.Entries.SkipWhile(e => e.Id != Jumped).Skip(1).ToList();
        Assert.Contains(afterJump, e => e.Id == Lapsed);
        Assert.Equal(Assigned, afterJump.First(e => e.Id is Assigned or JournalSink.Published).Id);
        Assert.Equal(2, journal.CountOf(Assigned));
    }

    [RealKafkaFact]
    public async Task Publishing_goes_on_when_the_same_pause_fits_into_the_session()
    {
        var journal = await JumpAsync(sessionTimeout: TimeSpan.FromSeconds(60));

        var afterJump = journal.Entries.SkipWhile(e => e.Id != Jumped).Skip(1).ToList();
        Assert.DoesNotContain(afterJump, e => e.Id is Lapsed or Assigned);
        Assert.Equal(JournalSink.Published, afterJump[0].Id);
    }

    // Forty records; after the tenth, while the others wait in the same poll, the clock jumps by eleven seconds.
    private async Task<Journal> JumpAsync(TimeSpan sessionTimeout)
    {
        var (source, target) = await TopicsAsync(1);
        using var sink = Sinks.Open(Options);
        await Counts.ProduceAsync(sink, source, 0, 40);
        var (clock, journal, jumped) = (new JumpingClock(), new Journal(), false);
        var role = new CountingRole(source, target)
        {
            Processed = record =>
            {
                if (record.Offset != 9 || jumped)
                    return;
                jumped = true;
                journal.Add(Jumped, "the clock jumps");
                clock.Jump(TimeSpan.FromSeconds(11));
            },
        };
        var options = new RuntimeOptions { SessionTimeout = sessionTimeout, DeliveryTimeout = TimeSpan.FromSeconds(4) };
        await using (var stream = RunningStream.Start(Options, _group, role, _folder.Path, options, journal, clock, sink => new JournalSink(sink, journal)))
            await stream.CommittedAsync(40);
        Assert.True(jumped);
        await Counts.CheckAsync(Options, source, target);
        return journal;
    }

    private RunningStream Start(CountingRole role, RuntimeOptions options) =>
        RunningStream.Start(Options, _group, role, _folder.Path, options, NullLogger.Instance);

    private async Task<(string Source, string Target)> TopicsAsync(int partitions)
    {
        var admin = new KafkaTopicAdmin(Options);
        return (await NewTopic.CreateAsync(admin, partitions), await NewTopic.CreateAsync(admin, partitions));
    }
}
