namespace Streaming.Runtime.Records;

/// <summary>Hears of the group's decisions, on the polling thread.</summary>
public interface IAssignmentListener
{
    /// <summary>The group has answered, even if with no partition: there may be more members than partitions.</summary>
    void Joined();

    /// <summary>A partition is this member's from now on.</summary>
    /// <returns>The offset to read from; null = the beginning.</returns>
    long? Assigned(TopicPartition partition);

    /// <summary>Partitions are about to go to another member: the last chance to commit.</summary>
    void Revoked(IReadOnlyList<TopicPartition> partitions);

    /// <summary>Partitions went to another member some time ago: nothing may be published or committed for them.</summary>
    void Lost(IReadOnlyList<TopicPartition> partitions);
}
