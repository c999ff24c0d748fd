using Streaming.Core.Contracts;
using Streaming.Core.Partitioning;
using Streaming.Runtime.Records;
using Streaming.Runtime.Users;

namespace Streaming.Server.Composition;

/// <summary>Reads users' histories from the tasks that own them.</summary>
internal static class UserHistories
{
    /// <summary>The newest events of a user, newest first; null for an unknown user or one that another instance owns.</summary>
    public static Task<IReadOnlyList<HistoryToken>?> NewestAsync(Platform platform, string userId, int count, CancellationToken cancellationToken) =>
        platform.ThreadOf("users")?.AskAsync(PartitionOf(platform, userId), p => ((UserProcessor)p).RecentHistory(userId, count), cancellationToken)
        ?? Task.FromResult<IReadOnlyList<HistoryToken>?>(null);

    /// <summary>Where a user lives.</summary>
    public static TopicPartition PartitionOf(Platform platform, string userId)
    {
        var topic = platform.Topology.Topics.UserEvents.Name;
        return new(topic, Murmur2.Partition(userId, platform.Partitions[topic]));
    }
}
