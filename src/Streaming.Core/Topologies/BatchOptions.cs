namespace Streaming.Core.Topologies;

/// <summary>How the users role gathers events of many users into one batch of the model. Read once.</summary>
public sealed record BatchOptions
{
    /// <summary>Most tokens of a batch; lowered to what the engine takes and the K/V cache can hold.</summary>
    public int Max { get; init; } = 64;

    /// <summary>How long an event may wait for others, looked at between two records. At the end of a poll nothing waits.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMilliseconds(2);
}
