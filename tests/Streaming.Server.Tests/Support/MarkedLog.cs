using Streaming.Runtime.Records;

namespace Streaming.Server.Tests.Support;

/// <summary>A log that is only asked for single records.</summary>
internal sealed class MarkedLog : ILogReader
{
    /// <summary>Where every partition ends.</summary>
    public long EndOffset { get; set; } = 1_000;

    /// <summary>The value of every record.</summary>
    public byte[] Value { get; set; } = [1];

    public Task ReadAllAsync(string topic, Action<InputRecord> onRecord, Action caughtUp, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void ReadToEnd(TopicPartition partition, Action<InputRecord> onRecord, CancellationToken cancellationToken) => throw new NotSupportedException();

    public LogPosition ReadAt(TopicPartition partition, long offset) => new(0, EndOffset, Record(partition, offset));

    public InputRecord Record(TopicPartition partition, long offset) => new() { Source = partition, Offset = offset, AppendTimeMs = 5, Key = [7], Value = Value };
}
