namespace Streaming.Core.Topologies;

/// <summary>Snapshots of a memory namespace in the state directory, from which it starts without reading its topics from the beginning. Read once.</summary>
public sealed record MemorySnapshotOptions
{
    /// <summary>How often one is written while there are writes; one more is written at a stop. Zero = none is written or read.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many are kept, 1 to 100: the newest, and older ones in case it turns out damaged.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>
    /// From what age on one is not used. Below the <c>delete.retention.ms</c> of the topics (Kafka's default is a day): after that, a removal that came
    /// after the snapshot may be compacted away, and what it removed would come back.
    /// </summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(12);
}
