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

    /// <summary>How long an entry lives after its event time; zero = for ever.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>Entries held; the one with the oldest event time leaves when full.</summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>The namespace is also fed by the creative-features topic.</summary>
    public bool Creatives { get; init; }
}
