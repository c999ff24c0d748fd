using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Tests.Support;
using Streaming.Kafka.Topics;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Topics;

[Collection(RealKafkaCollection.Name)]
public sealed class KafkaTopicAdminTests(RealKafkaFixture kafka)
{
    private KafkaOptions Options => new() { BootstrapServers = kafka.BootstrapServers };

    [RealKafkaFact]
    public async Task Topics_are_created_with_their_partitions_and_configuration()
    {
        var (events, features) = (NewTopic.Name("events"), NewTopic.Name("features"));

        var partitions = await new KafkaTopicAdmin(Options).EnsureAsync(
            [
                NewTopic.Define(events, 3, ("cleanup.policy", "delete"), ("message.timestamp.type", "LogAppendTime"), ("max.message.bytes", "20971520")),
                NewTopic.Define(features, 5, ("cleanup.policy", "compact"), ("message.timestamp.type", "LogAppendTime")),
            ],
            CancellationToken.None);

        Assert.Equal((3, 5), (partitions[events], partitions[features]));
        Assert.Equal((3, 5), (PartitionsOf(events), PartitionsOf(features)));
        Assert.Equal(("delete", "LogAppendTime", "20971520"), await ConfigAsync(events));
        Assert.Equal(("compact", "LogAppendTime", "1048588"), await ConfigAsync(features));
    }

    [RealKafkaFact]
    public async Task An_existing_topic_keeps_its_partitions_and_configuration()
    {
        var (old, added) = (NewTopic.Name("old"), NewTopic.Name("added"));
        var admin = new KafkaTopicAdmin(Options);
        await admin.EnsureAsync([NewTopic.Define(old, 2, ("cleanup.policy", "compact"))], CancellationToken.None);

        var partitions = await admin.EnsureAsync(
            [NewTopic.Define(old, 7, ("cleanup.policy", "delete")), NewTopic.Define(added, 1)], CancellationToken.None);

        Assert.Equal((2, 1), (partitions[old], partitions[added]));
        Assert.Equal(2, PartitionsOf(old));
        Assert.Equal("compact", (await ConfigAsync(old)).Cleanup);
    }

    [RealKafkaFact]
    public async Task Instances_that_start_at_once_all_find_the_topics()
    {
        var topics = Enumerable.Range(1, 6).Select(i => NewTopic.Define(NewTopic.Name($"{i}"), i)).ToList();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => new KafkaTopicAdmin(Options).EnsureAsync(topics, CancellationToken.None))));

        Assert.All(answers, answer => Assert.Equal([1, 2, 3, 4, 5, 6], topics.Select(t => answer[t.Name])));
    }

    [RealKafkaFact]
    public async Task A_refused_topic_is_an_error_that_names_it()
    {
        var (good, bad) = (NewTopic.Name("good"), NewTopic.Name("bad"));

        var error = await Assert.ThrowsAnyAsync<KafkaException>(() => new KafkaTopicAdmin(Options).EnsureAsync(
            [NewTopic.Define(good, 1), NewTopic.Define(bad, 1, ("cleanup.policy", "sometimes"))], CancellationToken.None));

        Assert.Contains(bad, error.Message, StringComparison.Ordinal);
        Assert.Contains("cleanup.policy", error.Message, StringComparison.Ordinal);
    }

    private IAdminClient Open() => new AdminClientBuilder(Options.Client()).Build();

    private int PartitionsOf(string topic)
    {
        using var admin = Open();
        return admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count;
    }

    private async Task<(string Cleanup, string TimestampType, string MaxMessageBytes)> ConfigAsync(string topic)
    {
        using var admin = Open();
        var described = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        var entries = described.Single().Entries;
        return (entries["cleanup.policy"].Value, entries["message.timestamp.type"].Value, entries["max.message.bytes"].Value);
    }
}
