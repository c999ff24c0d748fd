using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tasks;

/// <summary>How far a task is.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Position">The next offset to apply.</param>
/// <param name="Committed">The next offset as of the last commit.</param>
/// <param name="End">The partition's end, or null before the first fetch.</param>
public readonly record struct TaskPosition(TopicPartition Partition, long Position, long Committed, long? End)
{
    /// <summary>Records that are there and not applied yet; null while unknown.</summary>
    public long? Lag => End is { } end ? Math.Max(0, end - Position) : null;
}
