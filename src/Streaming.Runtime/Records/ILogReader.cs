namespace Streaming.Runtime.Records;

/// <summary>Reads whole partitions outside any group.</summary>
public interface ILogReader
{
    /// <summary>
    /// Reads every partition of a topic from its beginning and goes on with what is appended, until cancelled.
    /// <paramref name="caughtUp"/> is called once, when everything that was there at the start has been handed over.
    /// </summary>
    Task ReadAllAsync(string topic, Action<InputRecord> onRecord, Action caughtUp, CancellationToken cancellationToken);

    /// <summary>Hands over what a partition holds now, oldest first, and returns.</summary>
    void ReadToEnd(TopicPartition partition, Action<InputRecord> onRecord, CancellationToken cancellationToken);

    /// <summary>The record at an offset, and the bounds of the log around it.</summary>
    LogPosition ReadAt(TopicPartition partition, long offset);
}
