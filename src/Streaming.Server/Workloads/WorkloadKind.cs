namespace Streaming.Server.Workloads;

/// <summary>What a <see cref="WorkloadRecord"/> carries.</summary>
public enum WorkloadKind
{
    /// <summary>A <see cref="Core.Contracts.Creative"/>, for the topic of creatives.</summary>
    Creative,

    /// <summary>A <see cref="Core.Contracts.UserEvent"/>, for the topic of user events.</summary>
    Event,

    /// <summary>Bytes that are no message at all, for the topic of user events.</summary>
    Raw,
}
