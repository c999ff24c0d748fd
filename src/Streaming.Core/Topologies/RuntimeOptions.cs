namespace Streaming.Core.Topologies;

/// <summary>Settings that every role's tasks share. Read once.</summary>
public sealed record RuntimeOptions
{
    /// <summary>How often state and source offset are committed.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Most records taken from the consumer before the output is handed over.</summary>
    public int MaxPollRecords { get; init; } = 500;

    /// <summary>Kafka's session time-out: an instance silent for longer loses its partitions, and its lease to publish.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Delivery time-out of a feature record; inside the session time-out, so that a lost instance cannot publish late.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Every commit is also written to a compacted changelog topic, from which a task without local state is restored.</summary>
    public bool Changelog { get; init; } = true;

    /// <summary>How far ahead of the processing clock an event time is believed.</summary>
    public TimeSpan MaxEventTimeAhead { get; init; } = TimeSpan.FromDays(1);
}
