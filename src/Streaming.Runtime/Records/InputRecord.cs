namespace Streaming.Runtime.Records;

/// <summary>A record as read from a topic. Immutable; the arrays belong to the record.</summary>
public sealed class InputRecord
{
    /// <summary>Where it was read.</summary>
    public required TopicPartition Source { get; init; }

    /// <summary>Its offset there.</summary>
    public required long Offset { get; init; }

    /// <summary>Key bytes, or null.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>Value bytes, or null for a tombstone.</summary>
    public required byte[]? Value { get; init; }

    /// <summary>Broker append time (or the producer's time where the topic keeps that), Unix milliseconds.</summary>
    public required long AppendTimeMs { get; init; }

    /// <summary>Headers in order.</summary>
    public IReadOnlyList<RecordHeader> Headers { get; init; } = [];
}
