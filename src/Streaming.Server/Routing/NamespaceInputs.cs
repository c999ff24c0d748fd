using Streaming.Core.Memory;
using Streaming.Core.Partitioning;
using Streaming.Core.Topologies;
using Streaming.Runtime.Records;
using Streaming.Server.Composition;

namespace Streaming.Server.Routing;

/// <summary>The partitions that feed a namespace of the memory, and so who holds which of its entries.</summary>
/// <param name="Name">The namespace.</param>
/// <param name="Role">The role whose instances share the partitions.</param>
/// <param name="Updates">The topic that feeds every namespace, and its partitions.</param>
/// <param name="Features">The topic that feeds the creatives, and its partitions; null for a namespace without them.</param>
internal sealed record NamespaceInputs(string Name, string Role, (string Topic, int Partitions) Updates, (string Topic, int Partitions)? Features)
{
    /// <param name="platform">Knows the topics.</param>
    /// <param name="name">The namespace.</param>
    /// <param name="version">The creative model; null = the topology's.</param>
    /// <returns>Null when the topology has no such namespace.</returns>
    public static NamespaceInputs? Of(Platform platform, string name, CreativeVersion? version)
    {
        var topics = platform.Topology.Topics;
        if (platform.Topology.Memory.Find(n => n.Name == name) is not { } options)
            return null;
        var updates = (topics.MemoryUpdates.Name, platform.Partitions[topics.MemoryUpdates.Name]);
        if (!options.Creatives)
            return new(name, "memory", updates, null);
        return version is null
            ? new(name, "memory", updates, (topics.CreativeFeatures.Name, platform.Partitions[topics.CreativeFeatures.Name]))
            : new(name, Topology.RoleOf("memory", version.Promotion.ModelVersion), updates, (version.Promotion.FeatureTopic, version.FeaturePartitions));
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<TopicPartition> All { get; } = [.. Of(Updates), .. Features is { } features ? Of(features) : []];

    /// <summary>
    /// Those that an entry with this id can come from: one, or where creatives and updates both feed the namespace the creative's, that of the updates which goes with it, and that
    /// of updates which somebody has sent by their key as to any other namespace.
    /// </summary>
    public IReadOnlyList<TopicPartition> OfEntry(string id)
    {
        var byKey = new TopicPartition(Updates.Topic, Murmur2.Partition(MemoryUpdateRules.KeyOf(Name, id), Updates.Partitions));
        return Features is { } features
            ? [.. new[] { new(features.Topic, Murmur2.Partition(id, features.Partitions)), new(Updates.Topic, Murmur2.Partition(id, Updates.Partitions)), byKey }.Distinct()]
            : [byKey];
    }

    private static IEnumerable<TopicPartition> Of((string Topic, int Partitions) topic) =>
        Enumerable.Range(0, topic.Partitions).Select(p => new TopicPartition(topic.Topic, p));
}
