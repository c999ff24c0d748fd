using Streaming.Kafka.Clients;
using Streaming.Runtime.Records;
using Streaming.Server.Composition;

namespace Streaming.Server.Replay;

/// <summary>Waits until what was produced has gone all the way through: committed by the tasks, and read from the feature topics.</summary>
internal sealed class ProgressBarrier(Platform platform, ILogReader log, FeatureTap tap)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Every creative in the topic has its features, and everybody who joins with them has read them.</summary>
    public async Task CreativesAsync(CancellationToken cancellationToken)
    {
        await CommittedAsync("creatives", platform.Topology.Topics.Creatives.Name, cancellationToken);
        foreach (var (partition, end) in Ends(platform.Topology.Topics.CreativeFeatures.Name))
            await UntilAsync(() => platform.Creatives.HasApplied(partition, end) && tap.Creatives.HasApplied(partition, end), cancellationToken);
    }

    /// <summary>Every user event in the topic has its features, and they have been read.</summary>
    public async Task UsersAsync(CancellationToken cancellationToken)
    {
        await CommittedAsync("users", platform.Topology.Topics.UserEvents.Name, cancellationToken);
        foreach (var (partition, end) in Ends(platform.Topology.Topics.UserFeatures.Name))
            await UntilAsync(() => tap.Users.HasApplied(partition, end), cancellationToken);
    }

    /// <summary>Waits for a condition, or for what makes it impossible: a failed role.</summary>
    public async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            if (platform.Completion.IsCompleted)
                await platform.Completion;
            await Task.Delay(Look, platform.Clock, cancellationToken);
        }
    }

    // A commit comes after the delivery of everything before it, so the feature topics' ends are final then.
    private async Task CommittedAsync(string role, string topic, CancellationToken cancellationToken)
    {
        var ends = Ends(topic);
        await UntilAsync(() => ends.All(e => HasCommitted(role, new(topic, e.Partition), e.End)), cancellationToken);
    }

    private bool HasCommitted(string role, TopicPartition partition, long end) =>
        end == 0 || platform.Positions(role).Any(p => p.Partition == partition && p.Committed >= end);

    private List<(int Partition, long End)> Ends(string topic) =>
        [.. Enumerable.Range(0, platform.Partitions[topic]).Select(p => (p, log.ReadAt(new(topic, p), -1).EndOffset))];
}
