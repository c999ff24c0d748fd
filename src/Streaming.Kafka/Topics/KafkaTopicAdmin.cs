using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Streaming.Kafka.Clients;

namespace Streaming.Kafka.Topics;

/// <summary>Topics of a real cluster.</summary>
public sealed class KafkaTopicAdmin(KafkaOptions options) : ITopicAdmin
{
    private const int Attempts = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc />
    /// <exception cref="KafkaException">The brokers do not answer, or refuse a topic.</exception>
    public async Task<IReadOnlyDictionary<string, int>> EnsureAsync(IReadOnlyList<TopicDefinition> topics, CancellationToken cancellationToken)
    {
        for (var attempts = Attempts; ; attempts--)
        {
            try
            {
                return await TryEnsureAsync(topics, cancellationToken).ConfigureAwait(false);
            }
            catch (KafkaException e) when (attempts > 1 && e.Error.Code == ErrorCode.Local_TimedOut)
            {
                // An admin client may miss the moment when its connection to the controller is up, and then waits in vain: a new one does not.
            }
        }
    }

    /// <inheritdoc />
    /// <exception cref="KafkaException">The brokers do not answer, or refuse to delete.</exception>
    public async Task DeleteAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(options.Client()).Build();
        try
        {
            await admin.DeleteTopicsAsync(topics, new() { RequestTimeout = Timeout, OperationTimeout = Timeout }).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DeleteTopicsException e) when (e.Results.All(r => !r.Error.IsError || r.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            // Gone already.
        }
    }

    private async Task<IReadOnlyDictionary<string, int>> TryEnsureAsync(IReadOnlyList<TopicDefinition> topics, CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(options.Client()).Build();
        var existing = Partitions(admin);
        var missing = topics.Where(t => !existing.ContainsKey(t.Name)).ToList();
        if (missing.Count == 0)
            return existing;
        await CreateAsync(admin, missing).ConfigureAwait(false);
        // A created topic shows in the metadata a moment later.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        while (true)
        {
            existing = Partitions(admin);
            if (topics.All(t => existing.ContainsKey(t.Name)))
                return existing;
            await Task.Delay(Look, deadline.Token).ConfigureAwait(false);
        }
    }

    private static async Task CreateAsync(IAdminClient admin, List<TopicDefinition> missing)
    {
        try
        {
            await admin.CreateTopicsAsync(
                missing.Select(t => new TopicSpecification
                {
                    Name = t.Name,
                    NumPartitions = t.Partitions,
                    ReplicationFactor = t.ReplicationFactor,
                    Configs = new(t.Config),
                }),
                new() { RequestTimeout = Timeout, OperationTimeout = Timeout }).ConfigureAwait(false);
        }
        catch (CreateTopicsException e) when (e.Results.All(r => !r.Error.IsError || r.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another instance was faster.
        }
    }

    private static Dictionary<string, int> Partitions(IAdminClient admin) =>
        admin.GetMetadata(Timeout).Topics
            .Where(t => !t.Error.IsError && t.Partitions.Count > 0)
            .ToDictionary(t => t.Topic, t => t.Partitions.Count, StringComparer.Ordinal);
}
