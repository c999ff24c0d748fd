namespace Streaming.Core.Topologies;

/// <summary>The topics of design section 3. Read once.</summary>
public sealed record TopologyTopics
{
    /// <summary>User events from upstream apps.</summary>
    public TopicOptions UserEvents { get; init; } = new() { Name = "user-events" };

    /// <summary>Creatives from upstream apps.</summary>
    public TopicOptions Creatives { get; init; } = new() { Name = "creatives" };

    /// <summary>What ranking services read of users.</summary>
    public TopicOptions UserFeatures { get; init; } = new() { Name = "user-features" };

    /// <summary>What ranking services, the user tasks and the memory read of creatives.</summary>
    public TopicOptions CreativeFeatures { get; init; } = new() { Name = "creative-features" };

    /// <summary>Vectors and facts from operators.</summary>
    public TopicOptions MemoryUpdates { get; init; } = new() { Name = "memory-updates" };

    /// <summary>What left the memory, for whoever keeps something beside it.</summary>
    public TopicOptions MemoryChanges { get; init; } = new() { Name = "memory-changes" };

    /// <summary>Which model the users role runs, from operators. One partition: its order decides.</summary>
    public TopicOptions ModelRegistry { get; init; } = new() { Name = "model-registry", Partitions = 1 };

    /// <summary>Every topic, inputs first.</summary>
    public IEnumerable<TopicOptions> All => [UserEvents, Creatives, UserFeatures, CreativeFeatures, MemoryUpdates, ModelRegistry, MemoryChanges];
}
