using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Streaming.Runtime.Records;
using TopicPartition = Streaming.Runtime.Records.TopicPartition;

namespace Streaming.Kafka.Clients;

/// <summary>Reads partitions outside any group.</summary>
public sealed partial class KafkaLogReader(KafkaOptions options, ILogger logger) : ILogReader
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(10);
    private static readonly ErrorCode[] Passing =
        [
        ErrorCode.Local_AllBrokersDown, ErrorCode.Local_Transport, ErrorCode.Local_TimedOut, ErrorCode.RequestTimedOut,
        ErrorCode.NotLeaderForPartition, ErrorCode.LeaderNotAvailable, ErrorCode.UnknownTopicOrPart, ErrorCode.OffsetNotAvailable, ErrorCode.FencedLeaderEpoch, ErrorCode.UnknownLeaderEpoch,
        ];

    /// <inheritdoc />
    public Task ReadAllAsync(string topic, Action<InputRecord> onRecord, Action caughtUp, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => ReadAll(topic, onRecord, caughtUp, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc />
    /// <exception cref="KafkaException">The brokers do not answer within ten seconds.</exception>
    public LogPosition ReadAt(TopicPartition partition, long offset)
    {
        using var consumer = Build();
        var source = new Confluent.Kafka.TopicPartition(partition.Topic, partition.Partition);
        var bounds = Bounds(consumer, source);
        if (offset < bounds.Low.Value || offset >= bounds.High.Value)
            return new(bounds.Low.Value, bounds.High.Value, null);
        consumer.Assign(new TopicPartitionOffset(source, offset));
        // Silence is not the answer that there is no such record: a store would take another topic's log for its own.
        var found = consumer.Consume(LookTimeout) ?? throw new KafkaException(ErrorCode.Local_TimedOut);
        return new(bounds.Low.Value, bounds.High.Value, !found.IsPartitionEOF && found.Offset.Value == offset ? KafkaRecords.ToInput(found) : null);
    }

    /// <inheritdoc />
    /// <exception cref="KafkaException">The brokers do not answer within ten seconds.</exception>
    public void ReadToEnd(TopicPartition partition, Action<InputRecord> onRecord, CancellationToken cancellationToken)
    {
        using var consumer = Build();
        var source = new Confluent.Kafka.TopicPartition(partition.Topic, partition.Partition);
        var bounds = Bounds(consumer, source);
        if (IsEmpty(bounds))
            return;
        consumer.Assign(new TopicPartitionOffset(source, Offset.Beginning));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Consume(consumer) is not { } result)
                continue;
            if (!result.IsPartitionEOF)
                onRecord(KafkaRecords.ToInput(result));
            if (Reaches(result, bounds.High))
                return;
        }
    }

    private static bool IsEmpty(WatermarkOffsets bounds) => bounds.Low.Value >= bounds.High.Value;

    // A broker holds a fetch at the end of a partition for half a second and more before the client says that this is the end. The offset
    // of the last record says so at once; where it is gone, because a transaction left its mark there, the client does.
    private static bool Reaches(ConsumeResult<byte[]?, byte[]?> result, Offset end) => result.IsPartitionEOF || result.Offset.Value + 1 >= end.Value;

    // A topic that was made a moment ago may not have its leader everywhere yet, a leader may be moving,
    // and brokers may be away: a later look finds it.
    private static WatermarkOffsets Bounds(IConsumer<byte[]?, byte[]?> consumer, Confluent.Kafka.TopicPartition source)
    {
        for (var looks = LookTimeout / PollTimeout; ; looks--)
        {
            try
            {
                return consumer.QueryWatermarkOffsets(source, LookTimeout);
            }
            catch (KafkaException e) when (looks > 0 && Passing.Contains(e.Error.Code))
            {
                // Nothing is assigned, so this only waits.
                consumer.Consume(PollTimeout);
            }
        }
    }

    private void ReadAll(string topic, Action<InputRecord> onRecord, Action caughtUp, CancellationToken cancellationToken)
    {
        using var consumer = Build();
        var partitions = KafkaPartitions.Of(consumer, topic, LookTimeout);
        var unread = partitions
            .Select(p => (Partition: p, Bounds: Bounds(consumer, new(topic, p))))
            .Where(p => !IsEmpty(p.Bounds))
            .ToDictionary(p => p.Partition, p => p.Bounds.High);
        if (unread.Count == 0)
            caughtUp();
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        while (!cancellationToken.IsCancellationRequested)
        {
            if (Consume(consumer) is not { } result)
                continue;
            if (!result.IsPartitionEOF)
                onRecord(KafkaRecords.ToInput(result));
            if (unread.TryGetValue(result.Partition.Value, out var end) && Reaches(result, end) && unread.Remove(result.Partition.Value) && unread.Count == 0)
                caughtUp();
        }
        consumer.Close();
    }

    private ConsumeResult<byte[]?, byte[]?>? Consume(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            return consumer.Consume(PollTimeout);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            LogConsume(e.Error.Code, e.Error.Reason);
            return null;
        }
    }

    private IConsumer<byte[]?, byte[]?> Build() =>
        new ConsumerBuilder<byte[]?, byte[]?>(options.Reader())
            .SetErrorHandler((_, error) => LogConsume(error.Code, error.Reason))
            .SetLogHandler((_, message) => LogClient(message.Facility, message.Message))
            .Build();

    [LoggerMessage(421, LogLevel.Warning, "Kafka reader: {Code}: {Reason}; trying again")]
    private partial void LogConsume(ErrorCode code, string reason);

    [LoggerMessage(422, LogLevel.Debug, "librdkafka {Facility}: {Text}")]
    private partial void LogClient(string facility, string text);
}
