using Streaming.Core.Contracts;
using Streaming.Core.Topologies;

namespace Streaming.Kafka.Topics;

/// <summary>The topics that a topology needs, with the clean-up of design section 3.</summary>
public static class TopicDefinitions
{
    private const string MaxMessageBytes = "20971520";

    // An instance announces itself every second, so that older announcements mean nothing; a reader begins with what is left of them.
    private static readonly (string, string)[] AnnouncementLife = [("segment.ms", "600000"), ("retention.ms", "600000")];

    /// <summary>Every topic and, for each input, its dead-letter topic.</summary>
    public static IReadOnlyList<TopicDefinition> Of(Topology topology)
    {
        var topics = topology.Topics;
        return
        [
            Define(topics.UserEvents, "delete"),
            Define(topics.Creatives, "compact", ("max.message.bytes", MaxMessageBytes)),
            Define(topics.UserFeatures, "compact"),
            Define(topics.CreativeFeatures, "compact"),
            Define(topics.MemoryUpdates, "compact"),
            Define(topics.MemoryChanges, "delete"),
            ModelRegistry(topology),
            Instances(topology),
            .. new[] { topics.UserEvents, topics.Creatives, topics.CreativeFeatures, topics.MemoryUpdates }.Select(DeadLetter),
        ];
    }

    /// <summary>The topic that says which model runs.</summary>
    public static TopicDefinition ModelRegistry(Topology topology) => Define(topology.Topics.ModelRegistry, "compact");

    /// <summary>The topic on which instances announce what they own. One partition, whose append times their leases are measured by.</summary>
    public static TopicDefinition Instances(Topology topology) =>
        Define(topology.Topics.MemoryUpdates with { Name = topology.InstancesTopic, Partitions = 1, Config = [] }, "compact,delete", AnnouncementLife);

    /// <summary>The changelog topic of the users role: as many partitions as its source topic really has.</summary>
    public static TopicDefinition UsersChangelog(Topology topology, IReadOnlyDictionary<string, int> partitions) =>
        Changelog(topology, "users", topology.Topics.UserEvents, partitions);

    /// <summary>The changelog topic of the creatives role: as many partitions as its source topic really has.</summary>
    public static TopicDefinition CreativesChangelog(Topology topology, IReadOnlyDictionary<string, int> partitions) =>
        Changelog(topology, "creatives", topology.Topics.Creatives, partitions);

    /// <summary>The topics of a creative model beside the topology's: its features, their dead letters and those of its creatives tasks, and their changelog.</summary>
    /// <param name="topology">The pipeline.</param>
    /// <param name="version">The creative model.</param>
    /// <param name="creativePartitions">Partitions that the creatives topic really has.</param>
    public static IReadOnlyList<TopicDefinition> OfCreativeModel(Topology topology, string version, int creativePartitions)
    {
        var features = topology.Topics.CreativeFeatures with { Name = topology.CreativeFeaturesOf(version) };
        var creatives = topology.Topics.Creatives with { Name = $"{topology.Topics.Creatives.Name}.{version}" };
        var changelog = topology.ChangelogOf(Topology.RoleOf("creatives", version));
        return
        [
            Define(features, "compact"),
            DeadLetter(features),
            DeadLetter(creatives),
            Define(topology.Topics.Creatives with { Name = changelog, Partitions = creativePartitions, Config = [] }, "compact"),
        ];
    }

    /// <summary>Names of <see cref="OfCreativeModel"/>'s topics.</summary>
    public static IReadOnlyList<string> NamesOfCreativeModel(Topology topology, string version) => [.. OfCreativeModel(topology, version, 1).Select(t => t.Name)];

    private static TopicDefinition Changelog(Topology topology, string role, TopicOptions source, IReadOnlyDictionary<string, int> partitions) =>
        Define(source with { Name = topology.ChangelogOf(role), Partitions = partitions[source.Name], Config = [] }, "compact");

    // Append time, so that freshness is measured between two clocks readings of brokers, and not of producers.
    private static TopicDefinition Define(TopicOptions topic, string cleanup, params (string Name, string Value)[] more)
    {
        var config = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = cleanup,
            ["message.timestamp.type"] = "LogAppendTime",
        };
        foreach (var (name, value) in more)
            config[name] = value;
        foreach (var (name, value) in topic.Config)
            config[name] = value;
        return new(topic.Name, topic.Partitions, topic.ReplicationFactor, config);
    }

    private static TopicDefinition DeadLetter(TopicOptions topic) =>
        Define(topic with { Name = DeadLetterHeaders.TopicOf(topic.Name), Partitions = 1, Config = [] }, "delete", ("max.message.bytes", MaxMessageBytes));
}
