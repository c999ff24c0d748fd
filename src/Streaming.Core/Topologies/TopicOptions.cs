namespace Streaming.Core.Topologies;

/// <summary>One Kafka topic of a topology. Read once.</summary>
public sealed record TopicOptions
{
    /// <summary>The topic's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Partitions to create it with; an existing topic keeps its own number.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>Copies; -1 = the broker's default.</summary>
    public short ReplicationFactor { get; init; } = -1;

    /// <summary>Any topic configuration of Kafka, over the platform's defaults for this topic.</summary>
    public Dictionary<string, string> Config { get; init; } = [];
}
