namespace Streaming.Core.Topologies;

/// <summary>One namespace of the vector memory. Read once.</summary>
public sealed record MemoryNamespaceOptions
{
    /// <summary>Name; unique in the topology.</summary>
    public string Name { get; init; } = "";

    /// <summary>Numbers of a vector.</summary>
    public int Dimension { get; init; } = 32;

    /// <summary>dot, cosine or l2.</summary>
    public string Metric { get; init; } = "dot";

    /// <summary>How vectors are held, and so what scores are computed from: half (2 bytes a number) or single (4 bytes).</summary>
    public string Format { get; init; } = "half";

    /// <summary>How long an entry lives after its event time; zero = for ever.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>Entries held; the first by <see cref="Eviction"/> leaves when full.</summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>Which entry leaves when there are too many: oldest (by event time) or least_recently_used (found or looked up the longest ago).</summary>
    public string Eviction { get; init; } = "oldest";

    /// <summary>Older versions that can be asked for.</summary>
    public MemoryRetentionOptions Retention { get; init; } = new();

    /// <summary>How much a search looks at unless it says otherwise.</summary>
    public MemorySearchOptions Search { get; init; } = new();

    /// <summary>Snapshots on disk, which a start begins with.</summary>
    public MemorySnapshotOptions Snapshots { get; init; } = new();

    /// <summary>The namespace is also fed by the creative-features topic.</summary>
    public bool Creatives { get; init; }
}
