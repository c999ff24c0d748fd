namespace Streaming.Runtime.Records;

/// <summary>A record to publish. Without <paramref name="Partition"/>, the partition follows from the key (Kafka's default partitioner).</summary>
public readonly record struct OutputRecord(string Topic, byte[]? Key, byte[]? Value, IReadOnlyList<RecordHeader> Headers, int? Partition = null);
