using Streaming.Kafka.Clients;
using Streaming.Kafka.Topics;
using Streaming.Server.Topologies;

namespace Streaming.Server.Composition;

/// <summary>What an instance runs, and on which cluster. Read once.</summary>
public sealed record PlatformOptions
{
    /// <summary>The pipeline.</summary>
    public required TopologyFile Topology { get; init; }

    /// <summary>What this instance does of it.</summary>
    public Roles Roles { get; init; } = Roles.All;

    /// <summary>How to reach the cluster.</summary>
    public required KafkaOptions Kafka { get; init; }

    /// <summary>Makes the topics.</summary>
    public required ITopicAdmin Topics { get; init; }

    /// <summary>Where state is kept.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>How long to wait for the first answer of a broker.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
