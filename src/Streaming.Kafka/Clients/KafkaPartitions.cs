using Confluent.Kafka;

namespace Streaming.Kafka.Clients;

/// <summary>Looks up how many partitions a topic has.</summary>
internal static class KafkaPartitions
{
    /// <exception cref="KafkaException">The topic does not exist, or the brokers do not answer in time.</exception>
    public static IReadOnlyList<int> Of(IClient client, string topic, TimeSpan timeout)
    {
        using var admin = new DependentAdminClientBuilder(client.Handle).Build();
        var metadata = admin.GetMetadata(topic, timeout).Topics.Single();
        if (metadata.Error.IsError)
            throw new KafkaException(metadata.Error);
        return [.. metadata.Partitions.Select(p => p.PartitionId).Order()];
    }
}
