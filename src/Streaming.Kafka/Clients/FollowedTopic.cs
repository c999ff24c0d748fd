using Streaming.Runtime.Records;

namespace Streaming.Kafka.Clients;

/// <summary>
/// A topic whose partitions are not dealt out by the group: each goes with a partition of another topic, the one of its number. Of more partitions than the other topic has,
/// the numbers begin again; of fewer, some have none with them.
/// </summary>
/// <param name="Leader">The topic that the group deals out.</param>
/// <param name="LeaderPartitions">How many partitions it has.</param>
/// <param name="Follower">The topic that goes with it.</param>
/// <param name="FollowerPartitions">How many partitions that one has.</param>
public sealed record FollowedTopic(string Leader, int LeaderPartitions, string Follower, int FollowerPartitions)
{
    /// <summary>The partitions that go with one; none with a partition of another topic.</summary>
    public IEnumerable<TopicPartition> With(TopicPartition leader)
    {
        for (var p = leader.Partition; leader.Topic == Leader && p < FollowerPartitions; p += LeaderPartitions)
            yield return new(Follower, p);
    }
}
