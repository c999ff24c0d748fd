using Confluent.Kafka;
using Streaming.Kafka.Clients;

namespace Streaming.Kafka.Topics;

/// <summary>How far a consumer group is in a topic, by the offsets that it has committed.</summary>
/// <param name="Done">Records behind it that are retained.</param>
/// <param name="Remaining">Records before it.</param>
public readonly record struct GroupProgress(long Done, long Remaining)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Somebody works for the group now.</summary>
    /// <exception cref="KafkaException">The brokers do not answer.</exception>
    public static bool HasMembers(KafkaOptions options, string groupId)
    {
        using var admin = new AdminClientBuilder(options.Client()).SetLogHandler((_, _) => { }).Build();
        return admin.ListGroup(groupId, Timeout) is { Members.Count: > 0 };
    }

    /// <summary>Asks the brokers. A partition without a committed offset counts as not begun.</summary>
    /// <exception cref="KafkaException">The brokers do not answer, or there is no such topic.</exception>
    public static GroupProgress Read(KafkaOptions options, string groupId, string topic)
    {
        var settings = new Dictionary<string, string>(options.Reader()) { ["group.id"] = groupId };
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(settings).SetLogHandler((_, _) => { }).Build();
        var partitions = KafkaPartitions.Of(consumer, topic, Timeout).Select(p => new TopicPartition(topic, p));
        var (done, remaining) = (0L, 0L);
        foreach (var committed in consumer.Committed(partitions, Timeout))
        {
            var bounds = consumer.QueryWatermarkOffsets(committed.TopicPartition, Timeout);
            var next = committed.Offset.IsSpecial ? bounds.Low.Value : Math.Clamp(committed.Offset.Value, bounds.Low.Value, bounds.High.Value);
            done += next - bounds.Low.Value;
            remaining += bounds.High.Value - next;
        }
        return new(done, remaining);
    }
}
