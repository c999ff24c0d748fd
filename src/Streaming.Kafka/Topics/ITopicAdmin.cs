namespace Streaming.Kafka.Topics;

/// <summary>Makes topics.</summary>
public interface ITopicAdmin
{
    /// <summary>Creates the topics that are missing; existing ones stay as they are.</summary>
    /// <returns>How many partitions each topic has.</returns>
    Task<IReadOnlyDictionary<string, int>> EnsureAsync(IReadOnlyList<TopicDefinition> topics, CancellationToken cancellationToken);
}
