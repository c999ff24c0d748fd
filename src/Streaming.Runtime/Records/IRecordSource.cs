namespace Streaming.Runtime.Records;

/// <summary>
/// The consumer port: a member of a consumer group. Used by one thread; the listener is called on that thread, inside
/// <see cref="Poll"/> and <see cref="Dispose"/>.
/// </summary>
public interface IRecordSource : IDisposable
{
    /// <summary>Joins the group.</summary>
    void Subscribe(IReadOnlyCollection<string> topics, IAssignmentListener listener);

    /// <summary>Leaves the group and joins it again, dropping every record that was fetched before.</summary>
    void Rejoin();

    /// <summary>Appends at most <paramref name="maxRecords"/> records; waits up to <paramref name="timeout"/> for the first.</summary>
    /// <returns>How many were appended.</returns>
    int Poll(TimeSpan timeout, int maxRecords, List<InputRecord> records);

    /// <summary>The next <see cref="Poll"/> reads the partition from <paramref name="offset"/>.</summary>
    void Seek(TopicPartition partition, long offset);

    /// <summary>Tells the group how far this member's committed state is, without waiting for its answer. For operators and lag tools; state stores hold the truth.</summary>
    void CommitOffsets(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> nextOffsets);

    /// <summary>The partition's end as of the latest fetch, or null before the first.</summary>
    long? EndOffset(TopicPartition partition);
}
