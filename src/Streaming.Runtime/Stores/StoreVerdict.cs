using Streaming.Runtime.Records;

namespace Streaming.Runtime.Stores;

/// <summary>Whether stored state belongs to the log that a task was assigned.</summary>
/// <param name="Foreign">Why it does not, or null when it does.</param>
public readonly record struct StoreVerdict(string? Foreign)
{
    /// <summary>Decides from what is stored and what the cluster says.</summary>
    public static StoreVerdict Decide(StoreIdentity stored, string clusterId, TopicPartition partition, LogPosition log)
    {
        if (stored.ClusterId != clusterId)
            return new($"it belongs to cluster '{stored.ClusterId}', this is cluster '{clusterId}'");
        if (stored.Topic != partition.Topic || stored.Partition != partition.Partition)
            return new($"it belongs to {stored.Topic}-{stored.Partition}");
        if (stored.NextOffset > log.EndOffset)
            return new($"it has applied offset {stored.NextOffset - 1}, but the topic ends at {log.EndOffset}: the topic was made again");
        if (stored.Mark is { } mark && log.Record is { } record && LogMark.Of(record) != mark)
            return new($"the record at offset {mark.Offset} is not the one it has applied: the topic was made again");
        return new(null);
    }
}
