using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Streaming.Runtime.Records;
using TopicPartition = Streaming.Runtime.Records.TopicPartition;

namespace Streaming.Kafka.Clients;

/// <summary>A member of a consumer group, cooperative-sticky.</summary>
public sealed partial class KafkaRecordSource : IRecordSource
{
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly ILogger _logger;
    private IReadOnlyCollection<string> _topics = [];
    private IAssignmentListener? _listener;

    /// <summary>Prepares a member of <paramref name="groupId"/>.</summary>
    public KafkaRecordSource(KafkaOptions options, string groupId, TimeSpan sessionTimeout, ILogger logger)
    {
        _logger = logger;
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(options.Member(groupId, sessionTimeout))
            .SetPartitionsAssignedHandler((_, partitions) => Assign(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => _listener!.Revoked(Names(partitions)))
            .SetPartitionsLostHandler((_, partitions) => _listener!.Lost(Names(partitions)))
            .SetErrorHandler((_, error) => Report(error))
            .SetLogHandler((_, message) => LogClient(message.Facility, message.Message))
            .Build();
    }

    /// <inheritdoc />
    public void Subscribe(IReadOnlyCollection<string> topics, IAssignmentListener listener)
    {
        (_topics, _listener) = (topics, listener);
        _consumer.Subscribe(topics);
    }

    /// <inheritdoc />
    public void Rejoin()
    {
        _consumer.Unsubscribe();
        _consumer.Subscribe(_topics);
    }

    /// <inheritdoc />
    /// <exception cref="KafkaException">The client cannot go on, such as when another member took this one's static name.</exception>
    public int Poll(TimeSpan timeout, int maxRecords, List<InputRecord> records)
    {
        var before = records.Count;
        while (records.Count - before < maxRecords && Consume(timeout) is { } record)
        {
            records.Add(record);
            timeout = TimeSpan.Zero;
        }
        return records.Count - before;
    }

    /// <inheritdoc />
    public void Seek(TopicPartition partition, long offset) => _consumer.Seek(new(partition.Topic, partition.Partition, offset));

    /// <inheritdoc />
    /// <remarks>
    /// The client sends them on its own thread, once a second, and before a partition is given away. Sending them from here would hold up
    /// the records, and for as long as the group's coordinator is away.
    /// </remarks>
    public void CommitOffsets(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> nextOffsets)
    {
        foreach (var (partition, offset) in nextOffsets)
        {
            try
            {
                _consumer.StoreOffset(new TopicPartitionOffset(partition.Topic, partition.Partition, offset));
            }
            catch (KafkaException e) when (!e.Error.IsFatal)
            {
                // The stores hold the truth; the group's offsets are for operators and the next commit repeats them.
                LogOffsets(partition, e.Error.Reason);
            }
        }
    }

    /// <inheritdoc />
    public long? EndOffset(TopicPartition partition)
    {
        var end = _consumer.GetWatermarkOffsets(new(partition.Topic, partition.Partition)).High;
        return end.IsSpecial ? null : end.Value;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        try
        {
            _consumer.Close();
        }
        catch (KafkaException e)
        {
            // A member that was fenced, or whose brokers are away, leaves all the same.
            LogClose(e.Error.Code, e.Error.Reason);
        }
        finally
        {
            _consumer.Dispose();
        }
    }

    private InputRecord? Consume(TimeSpan timeout)
    {
        try
        {
            return _consumer.Consume(timeout) is { } result ? KafkaRecords.ToInput(result) : null;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            LogConsume(e.Error.Code, e.Error.Reason);
            return null;
        }
    }

    private List<TopicPartitionOffset> Assign(List<Confluent.Kafka.TopicPartition> partitions)
    {
        _listener!.Joined();
        return [.. partitions.Select(Assign)];
    }

    private TopicPartitionOffset Assign(Confluent.Kafka.TopicPartition partition) =>
        new(partition, _listener!.Assigned(new(partition.Topic, partition.Partition.Value)) is { } offset ? offset : Offset.Beginning);

    private static List<TopicPartition> Names(IEnumerable<TopicPartitionOffset> partitions) =>
        [.. partitions.Select(p => new TopicPartition(p.Topic, p.Partition.Value))];

    private void Report(Error error)
    {
        if (error.IsFatal)
            LogFatal(error.Code, error.Reason);
        else
            LogError(error.Code, error.Reason);
    }
}
