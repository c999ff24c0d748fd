namespace Streaming.Core.Topologies;

/// <summary>A declarative pipeline: what <c>streaming run</c> executes. Immutable; validated by <see cref="TopologyValidator"/>.</summary>
public sealed record Topology
{
    /// <summary>Name; prefixes the consumer groups, so two topologies on one cluster stay apart.</summary>
    public string Name { get; init; } = "";

    /// <summary>The action vocabulary of user events.</summary>
    public List<string> Actions { get; init; } = [];

    /// <summary>Topics and their partitions.</summary>
    public TopologyTopics Topics { get; init; } = new();

    /// <summary>Settings of the users role.</summary>
    public UsersOptions Users { get; init; } = new();

    /// <summary>Settings of the creatives role.</summary>
    public CreativesOptions Creatives { get; init; } = new();

    /// <summary>The memory role's namespaces.</summary>
    public List<MemoryNamespaceOptions> Memory { get; init; } = [];

    /// <summary>Settings of every role's tasks.</summary>
    public RuntimeOptions Runtime { get; init; } = new();

    /// <summary>Name of a role's changelog topic.</summary>
    public string ChangelogOf(string role) => $"{Name}-{role}-changelog";

    /// <summary>Name of the topic on which the topology's instances announce what they own.</summary>
    public string InstancesTopic => $"{Name}-instances";

    /// <summary>The role of the tasks that serve one creative model beside the topology's.</summary>
    public static string RoleOf(string role, string creativeModel) => $"{role}.{creativeModel}";

    /// <summary>The topic with the features of a creative model beside the topology's.</summary>
    public string CreativeFeaturesOf(string creativeModel) => $"{Topics.CreativeFeatures.Name}.{creativeModel}";

    /// <summary>The same topology on topics and groups whose names start with <paramref name="prefix"/>.</summary>
    public Topology WithPrefix(string prefix) => this with
    {
        Name = prefix + Name,
        Topics = new TopologyTopics
        {
            UserEvents = Topics.UserEvents with { Name = prefix + Topics.UserEvents.Name },
            Creatives = Topics.Creatives with { Name = prefix + Topics.Creatives.Name },
            UserFeatures = Topics.UserFeatures with { Name = prefix + Topics.UserFeatures.Name },
            CreativeFeatures = Topics.CreativeFeatures with { Name = prefix + Topics.CreativeFeatures.Name },
            MemoryUpdates = Topics.MemoryUpdates with { Name = prefix + Topics.MemoryUpdates.Name },
            MemoryChanges = Topics.MemoryChanges with { Name = prefix + Topics.MemoryChanges.Name },
            ModelRegistry = Topics.ModelRegistry with { Name = prefix + Topics.ModelRegistry.Name },
        },
    };
}
