using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Tests.Support;
using Streaming.Kafka.Topics;
using Streaming.TestSupport;
using TopicPartition = Streaming.Runtime.Records.TopicPartition;

namespace Streaming.Kafka.Tests.Clients;

[Collection(RealKafkaCollection.Name)]
public sealed class FollowedTopicTests(RealKafkaFixture kafka)
{
    private const int Leaders = 4;
    private const int Followers = 6;
    private readonly string _group = NewTopic.Name("group");

    private KafkaOptions Options => new() { BootstrapServers = kafka.BootstrapServers };

    [Theory]
    [InlineData(4, 4, 1, "1")]
    [InlineData(4, 9, 1, "1 5")]
    [InlineData(4, 9, 0, "0 4 8")]
    [InlineData(4, 2, 3, "")]
    public void Each_partition_follows_the_one_of_its_number(int leaders, int followers, int partition, string expected)
    {
        var followed = new FollowedTopic("a", leaders, "b", followers);
        Assert.Equal(expected, string.Join(' ', followed.With(new("a", partition)).Select(p => p.Partition)));
        Assert.Empty(followed.With(new("b", 0)));
        Assert.Equal(Enumerable.Range(0, followers), Enumerable.Range(0, leaders).SelectMany(p => followed.With(new("a", p))).Select(p => p.Partition).Order());
    }

    [RealKafkaFact]
    public async Task Followers_go_where_their_leaders_go_and_come_back_with_them()
    {
        var admin = new KafkaTopicAdmin(Options);
        var (leader, follower) = (await NewTopic.CreateAsync(admin, Leaders), await NewTopic.CreateAsync(admin, Followers));
        var followed = new FollowedTopic(leader, Leaders, follower, Followers);
        GroupMember Join() => new(Options, _group, NullLogger.Instance, followed, leader, follower);
        using var stays = Join();
        stays.PollUntil("the first member has everything", () => stays.Owned.Count == Leaders + Followers);
        await SendAsync(follower, Followers);
        stays.PollUntil("it reads everything", () => stays.Records.Count == Followers);

        using (var leaves = Join())
        {
            GroupMember.PollUntil("each has its half", () => Of(stays, leader).Count == 2 && Of(leaves, leader).Count == 2, stays, leaves);
            Assert.All(new[] { stays, leaves }, m => Assert.Equal(Of(m, leader).SelectMany(p => followed.With(p)).Order(Comparer), Of(m, follower)));
            Assert.Equal(Followers, Of(stays, follower).Count + Of(leaves, follower).Count);
            stays.Records.Clear();
            await SendAsync(follower, Followers);
            // The one that stays goes on; the other reads its own from the beginning.
            GroupMember.PollUntil("each reads its own", () => stays.Records.Count + leaves.Records.Count == Of(stays, follower).Count + (2 * Of(leaves, follower).Count), stays, leaves);
            Assert.Equal(Of(leaves, follower), leaves.Records.Select(r => r.Source).Distinct().Order(Comparer));
            stays.Records.Clear();
        }

        stays.StartAt = _ => 1;
        stays.PollUntil("the one that stays has everything", () => stays.Owned.Count == Leaders + Followers);
        await SendAsync(follower, Followers);
        stays.PollUntil("it reads on from where it was told", () => stays.Records.DistinctBy(r => (r.Source, r.Offset)).Count(r => r.Offset == 2) == Followers);
        stays.Source.CommitOffsets([.. Enumerable.Range(0, Followers).Select(p => KeyValuePair.Create(new TopicPartition(follower, p), 3L))]);

        stays.Source.Rejoin();
        stays.Owned.Clear();
        stays.Records.Clear();
        stays.StartAt = _ => 2;
        stays.PollUntil("it has joined again", () => stays.Owned.Count == Leaders + Followers && stays.Records.Count >= Followers);
        Assert.Equal(Followers, stays.Records.DistinctBy(r => (r.Source, r.Offset)).Count());
        Assert.All(stays.Records, r => Assert.Equal(2, r.Offset));
    }

    private static readonly Comparer<TopicPartition> Comparer = Comparer<TopicPartition>.Create((x, y) => x.Partition.CompareTo(y.Partition));

    private static List<TopicPartition> Of(GroupMember member, string topic) => [.. member.Owned.Where(p => p.Topic == topic).Order(Comparer)];

    private async Task SendAsync(string topic, int partitions)
    {
        using var producer = new Confluent.Kafka.ProducerBuilder<byte[]?, byte[]?>(new Confluent.Kafka.ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await Task.WhenAll(Enumerable.Range(0, partitions).Select(p => producer.ProduceAsync(new Confluent.Kafka.TopicPartition(topic, p), new() { Value = [1] })));
    }
}
