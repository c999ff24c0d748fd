using System.Runtime.InteropServices;
using Streaming.Kafka.Clients;
using Streaming.Kafka.Native;
using Streaming.Kafka.Topics;

namespace Streaming.Kafka.Embedded;

/// <summary>
/// librdkafka's built-in cluster: Kafka's protocol on loopback ports of this process, in memory. For a local run, not for claims about
/// delivery: 5 MiB and 100,000 batches are retained per partition, nothing is compacted, and everything ends with the process.
/// </summary>
public sealed class EmbeddedCluster : ITopicAdmin, IDisposable
{
    private readonly MockCluster _cluster;
    private readonly Dictionary<string, int> _partitions = new(StringComparer.Ordinal);

    /// <summary>Starts the cluster.</summary>
    /// <exception cref="InvalidOperationException">librdkafka cannot start it.</exception>
    public EmbeddedCluster() => _cluster = MockCluster.Create(brokers: 1);

    /// <summary>host:port of its broker.</summary>
    public string BootstrapServers => Marshal.PtrToStringUTF8(LibRdKafka.MockClusterBootstraps(_cluster.Pointer))!;

    /// <summary>How to reach it.</summary>
    public KafkaOptions Options => new() { BootstrapServers = BootstrapServers, Embedded = true };

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<string, int>> EnsureAsync(IReadOnlyList<TopicDefinition> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics)
        {
            if (!_partitions.TryAdd(topic.Name, topic.Partitions))
                continue;
            var error = LibRdKafka.MockTopicCreate(_cluster.Pointer, topic.Name, topic.Partitions, 1);
            if (error != 0)
                throw new InvalidOperationException($"the built-in cluster refuses topic '{topic.Name}': error {error}");
        }
        return Task.FromResult<IReadOnlyDictionary<string, int>>(_partitions);
    }

    /// <inheritdoc />
    public void Dispose() => _cluster.Dispose();
}
