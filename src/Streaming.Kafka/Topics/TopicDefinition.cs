namespace Streaming.Kafka.Topics;

/// <summary>A topic that must exist.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Partitions to create it with.</param>
/// <param name="ReplicationFactor">Copies; −1 = the broker's default.</param>
/// <param name="Config">Topic configuration to create it with.</param>
public sealed record TopicDefinition(string Name, int Partitions, short ReplicationFactor, IReadOnlyDictionary<string, string> Config);
