using Streaming.Core.Aggregates;

namespace Streaming.Core.Topologies;

/// <summary>Settings of the users role. Read once.</summary>
public sealed record UsersOptions
{
    /// <summary>Folder of the HSTU model (manifest.json, weights.safetensors), relative to the topology file's parent.</summary>
    public string Model { get; init; } = "";

    /// <summary>Declared features over a user's events.</summary>
    public List<AggregateDefinition> Aggregates { get; init; } = [];

    /// <summary>Newest semantic IDs in a feature record.</summary>
    public int RecentSemanticIds { get; init; } = 16;

    /// <summary>Tokens in a sealed history segment.</summary>
    public int SegmentTokens { get; init; } = 64;

    /// <summary>Event ids per user that the duplicate filter remembers.</summary>
    public int DuplicateWindow { get; init; } = 64;

    /// <summary>User actors in memory per task; the least recently used clean one leaves when full.</summary>
    public int MaxActors { get; init; } = 100_000;

    /// <summary>Bytes of K/V cache per instance, of the engine's memory; the least recently used user's is dropped when full, and rebuilt from history.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>What runs the model: auto (gpu where there is one, else cpu), cpu or gpu.</summary>
    public string Engine { get; init; } = "auto";

    /// <summary>How keys and values are kept: bf16, fp32 or, on a GPU, fp8.</summary>
    public string KvPrecision { get; init; } = "bf16";

    /// <summary>How a GPU rebuilds a user's keys and values: exact (as stepping would) or tensor_cores (faster, to the rounding of bf16, where card and model allow).</summary>
    public string Prefill { get; init; } = "exact";

    /// <summary>How events of many users are stepped together.</summary>
    public BatchOptions Batch { get; init; } = new();
}
