using Confluent.Kafka;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Tests.Support;
using Streaming.Kafka.Topics;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Clients;

[Collection(RealKafkaCollection.Name)]
public sealed class GroupMembershipTests(RealKafkaFixture kafka)
{
    private const int OffsetsNotCommitted = 402;

    private readonly string _group = NewTopic.Name("group");

    private KafkaOptions Options => new() { BootstrapServers = kafka.BootstrapServers };

    [RealKafkaFact]
    public async Task Who_takes_over_reads_from_where_its_listener_says_and_not_from_the_groups_offset()
    {
        var topic = await TopicOfNumbersAsync(10);
        var partition = new Runtime.Records.TopicPartition(topic, 0);
        using (var first = new GroupMember(Options, _group, topic))
        {
            first.PollUntil("every record is read", () => first.Records.Count == 10);
            first.Source.CommitOffsets([new(partition, 10)]);
        }
        Assert.Equal(10, await GroupOffsetAsync(topic));

        using var next = new GroupMember(Options, _group, topic) { StartAt = _ => 7 };
        next.PollUntil("the rest is read", () => next.Records.Count == 3);
        Assert.Equal([7, 8, 9], next.Records.Select(r => r.Offset));
    }

    [RealKafkaFact]
    public async Task A_listener_without_a_position_reads_from_the_beginning_even_if_the_group_has_one()
    {
        var topic = await TopicOfNumbersAsync(4);
        using (var first = new GroupMember(Options, _group, topic))
        {
            first.PollUntil("the partition is assigned", () => first.Owned.Count == 1);
            first.Source.CommitOffsets([new(new(topic, 0), 3)]);
        }

        using var next = new GroupMember(Options, _group, topic);
        next.PollUntil("every record is read", () => next.Records.Count == 4);
        Assert.Equal([0, 1, 2, 3], next.Records.Select(r => r.Offset));
    }

    [RealKafkaFact]
    public async Task Two_members_share_the_partitions_and_one_takes_over_what_the_other_leaves()
    {
        var topic = await NewTopic.CreateAsync(new KafkaTopicAdmin(Options), 4);
        using var stays = new GroupMember(Options, _group, topic);
        stays.PollUntil("the first member has everything", () => stays.Owned.Count == 4);
        var leaves = new GroupMember(Options, _group, topic);

        GroupMember.PollUntil("each has half", () => stays.Owned.Count == 2 && leaves.Owned.Count == 2, stays, leaves);
        Assert.Equal([0, 1, 2, 3], stays.Owned.Concat(leaves.Owned).Select(p => p.Partition).Order());
        // Cooperative: only what moves is taken away.
        Assert.Equal(2, stays.Revocations);

        await ToEachPartitionAsync(topic, 4);
        GroupMember.PollUntil("each has read its own", () => stays.Records.Count + leaves.Records.Count == 4, stays, leaves);

        stays.Records.Clear();
        var left = leaves.Owned.ToHashSet();
        stays.StartAt = partition => left.Contains(partition) ? 1 : throw new InvalidOperationException($"{partition} was not left");
        leaves.Dispose();
        Assert.Equal(2, leaves.Revocations);
        stays.PollUntil("the one that stays has everything", () => stays.Owned.Count == 4);
        Assert.Equal((2, 0), (stays.Revocations, stays.Losses));

        await ToEachPartitionAsync(topic, 4);
        stays.PollUntil("the new records are read", () => stays.Records.Count >= 4);
        Assert.Equal([(0, 1L), (1, 1L), (2, 1L), (3, 1L)], stays.Records.Select(r => (r.Source.Partition, r.Offset)).Order());
    }

    [RealKafkaFact]
    public async Task The_end_of_a_partition_that_comes_back_is_never_the_one_that_it_had_when_it_went()
    {
        var topic = await NewTopic.CreateAsync(new KafkaTopicAdmin(Options), 4);
        await ToEachPartitionAsync(topic, 4);
        using var stays = new GroupMember(Options, _group, topic);
        stays.PollUntil("it knows all ends", () => stays.Owned.Count == 4 && stays.Owned.All(p => stays.Source.EndOffset(p) == 1));
        var leaves = new GroupMember(Options, _group, topic);
        GroupMember.PollUntil("each has half", () => stays.Owned.Count == 2 && leaves.Owned.Count == 2, stays, leaves);
        var moved = leaves.Owned.ToList();
        await ToEachPartitionAsync(topic, 4);
        leaves.Dispose();

        stays.PollUntil("the partitions are back, and their ends known", () =>
        {
            var ends = moved.Where(stays.Owned.Contains).Select(stays.Source.EndOffset).ToList();
            Assert.DoesNotContain(1, ends);
            return ends.Count == 2 && ends.TrueForAll(e => e == 2);
        });
    }

    [RealKafkaFact]
    public async Task A_member_that_gets_no_partition_has_joined_all_the_same()
    {
        var topic = await NewTopic.CreateAsync(new KafkaTopicAdmin(Options), 1);
        using var owner = new GroupMember(Options, _group, topic);
        owner.PollUntil("the first member has the partition", () => owner.Owned.Count == 1);
        using var spare = new GroupMember(Options, _group, topic);

        GroupMember.PollUntil("the second has joined", () => spare.HasJoined, owner, spare);

        Assert.Empty(spare.Owned);
        Assert.Single(owner.Owned);
    }

    [RealKafkaFact]
    public async Task A_static_member_that_comes_back_in_time_moves_no_partition()
    {
        var topic = await NewTopic.CreateAsync(new KafkaTopicAdmin(Options), 4);
        using var other = new GroupMember(Options with { InstanceId = "b" }, _group, topic);
        var restarted = new GroupMember(Options with { InstanceId = "a" }, _group, topic);
        GroupMember.PollUntil("each has half", () => other.Owned.Count == 2 && restarted.Owned.Count == 2, other, restarted);
        var owned = restarted.Owned.ToHashSet();
        var (assignments, revocations) = (other.Assignments, other.Revocations);

        restarted.Dispose();
        using var again = new GroupMember(Options with { InstanceId = "a" }, _group, topic);
        GroupMember.PollUntil("it has its partitions again", () => again.Owned.Count == 2, other, again);

        Assert.Equal(owned, again.Owned);
        Assert.Equal((assignments, revocations, 0), (other.Assignments, other.Revocations, other.Losses));
    }

    [RealKafkaFact]
    public async Task A_member_whose_static_name_was_taken_cannot_go_on()
    {
        var topic = await NewTopic.CreateAsync(new KafkaTopicAdmin(Options), 1);
        using var old = new GroupMember(Options with { InstanceId = "a" }, _group, topic);
        old.PollUntil("the partition is assigned", () => old.Owned.Count == 1);
        using var taker = new GroupMember(Options with { InstanceId = "a" }, _group, topic);
        taker.PollUntil("the partition is assigned to the new one", () => taker.Owned.Count == 1);

        var error = Assert.ThrowsAny<KafkaException>(() => old.PollUntil("the old one hears of it", () => false));
        Assert.True(error.Error.IsFatal, $"{error.Error}");
    }

    [RealKafkaFact]
    public async Task Seeking_reads_again_from_there()
    {
        var topic = await TopicOfNumbersAsync(10);
        using var member = new GroupMember(Options, _group, topic);
        member.PollUntil("every record is read", () => member.Records.Count == 10);
        member.Records.Clear();

        member.Source.Seek(new(topic, 0), 4);
        member.PollUntil("the rest is read again", () => member.Records.Count >= 6);

        Assert.Equal([4, 5, 6, 7, 8, 9], member.Records.Select(r => r.Offset));
    }

    [RealKafkaFact]
    public async Task Seeking_drops_records_that_were_fetched_and_not_polled()
    {
        var topic = await TopicOfNumbersAsync(10);
        using var member = new GroupMember(Options, _group, topic);
        member.PollOneAtATime(3);

        member.Source.Seek(new(topic, 0), 1);
        member.PollUntil("the rest is read", () => member.Records.Count >= 12);

        Assert.Equal([0, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9], member.Records.Select(r => r.Offset));
    }

    [RealKafkaFact]
    public async Task The_end_is_unknown_before_the_first_fetch_and_known_after_it()
    {
        var topic = await TopicOfNumbersAsync(5);
        using var member = new GroupMember(Options, _group, topic);
        Assert.Null(member.Source.EndOffset(new(topic, 0)));

        member.PollUntil("every record is read", () => member.Records.Count == 5);

        Assert.Equal(5, member.Source.EndOffset(new(topic, 0)));
        Assert.Null(member.Source.EndOffset(new(topic, 1)));
    }

    [RealKafkaFact]
    public async Task Rejoining_drops_fetched_records_and_reads_from_where_the_listener_says()
    {
        var topic = await TopicOfNumbersAsync(10);
        using var member = new GroupMember(Options, _group, topic) { StartAt = _ => 2 };
        member.PollOneAtATime(3);
        member.StartAt = _ => 4;

        member.Source.Rejoin();
        member.PollUntil("the rest is read", () => member.Records.Count >= 9);

        Assert.Equal([2, 3, 4, 4, 5, 6, 7, 8, 9], member.Records.Select(r => r.Offset));
        Assert.Equal((2, 1), (member.Assignments, member.Owned.Count));
    }

    [RealKafkaFact]
    public async Task A_static_member_that_rejoins_reads_from_where_the_listener_says()
    {
        var topic = await TopicOfNumbersAsync(10);
        using var member = new GroupMember(Options with { InstanceId = "a" }, _group, topic);
        member.PollOneAtATime(3);
        member.StartAt = _ => 1;

        member.Source.Rejoin();
        member.PollUntil("the rest is read", () => member.Records.Count >= 12);

        Assert.Equal([0, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9], member.Records.Select(r => r.Offset));
    }

    [RealKafkaFact]
    public async Task A_refused_commit_of_offsets_is_logged_and_not_thrown()
    {
        var topic = await TopicOfNumbersAsync(1);
        var log = new Journal();
        using var member = new GroupMember(Options, _group, log, topic);
        member.PollUntil("the partition is assigned", () => member.Owned.Count == 1);
        member.Source.CommitOffsets([new(new(topic, 0), 1)]);
        Assert.Equal(0, log.CountOf(OffsetsNotCommitted));

        member.Source.CommitOffsets([new(new(NewTopic.Name("missing"), 0), 1)]);

        Assert.Equal(1, log.CountOf(OffsetsNotCommitted));
    }

    private async Task<string> TopicOfNumbersAsync(int count)
    {
        var topic = await NewTopic.CreateAsync(new KafkaTopicAdmin(Options), 1);
        using var sink = Sinks.Open(Options);
        await sink.PublishNumbersAsync(topic, "key", 0, count);
        return topic;
    }

    private async Task ToEachPartitionAsync(string topic, int partitions)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(Options.Client()).Build();
        for (var i = 0; i < partitions; i++)
            await producer.ProduceAsync(new Confluent.Kafka.TopicPartition(topic, i), new() { Value = [1] });
    }

    private Task<long> GroupOffsetAsync(string topic)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new Dictionary<string, string>(Options.Reader()) { ["group.id"] = _group }).Build();
        return Task.FromResult(consumer.Committed([new(topic, 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value);
    }
}
