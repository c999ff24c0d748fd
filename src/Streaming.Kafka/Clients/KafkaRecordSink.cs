using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Streaming.Runtime.Records;

namespace Streaming.Kafka.Clients;

/// <summary>An idempotent producer. Its buffer is bounded (100,000 records, 256 MiB): a full one makes <see cref="Publish"/> wait.</summary>
public sealed partial class KafkaRecordSink : IRecordSink, IDisposable
{
    private static readonly TimeSpan FullWait = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MeetTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, bool> _met = new(StringComparer.Ordinal);
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly ILogger _logger;
    private readonly TimeSpan _deliveryTimeout;

    /// <summary>Connects lazily, at the first record.</summary>
    public KafkaRecordSink(KafkaOptions options, TimeSpan deliveryTimeout, ILogger logger)
    {
        (_logger, _deliveryTimeout) = (logger, deliveryTimeout);
        var settings = options.Producer(deliveryTimeout);
        settings["dotnet.producer.delivery.report.fields"] = "timestamp,status";
        _producer = new ProducerBuilder<byte[]?, byte[]?>(settings)
            .SetErrorHandler((_, error) => LogError(error.Code, error.Reason))
            .SetLogHandler((_, message) => LogClient(message.Facility, message.Message))
            .Build();
    }

    /// <summary>Gets to know topics before their first record, which would otherwise wait for that; at most a second.</summary>
    public void Prepare(IEnumerable<string> topics) => Parallel.ForEach(topics, Meet);

    /// <inheritdoc />
    public void Publish(in OutputRecord record, IDelivery delivery)
    {
        Meet(record.Topic);
        var message = KafkaRecords.ToMessage(record);
        var target = new Confluent.Kafka.TopicPartition(record.Topic, record.Partition ?? Partition.Any);
        while (true)
        {
            try
            {
                _producer.Produce(target, message, report => Report(report, delivery));
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(FullWait);
            }
            catch (ProduceException<byte[]?, byte[]?> e)
            {
                delivery.Failed(e.Error.Reason);
                return;
            }
        }
    }

    /// <summary>Waits until everything is delivered or given up.</summary>
    public void Dispose()
    {
        _producer.Flush(_deliveryTimeout);
        _producer.Dispose();
    }

    // librdkafka sends the first record of a topic that it does not know yet when it next looks around, which it does once a second.
    // Asking for the topic before takes a few milliseconds instead.
    private void Meet(string topic)
    {
        if (_met.ContainsKey(topic) || !_met.TryAdd(topic, true))
            return;
        try
        {
            using var admin = new DependentAdminClientBuilder(_producer.Handle).Build();
            admin.GetMetadata(topic, MeetTimeout);
        }
        catch (Exception e) when (e is KafkaException or NullReferenceException)
        {
            // Brokers away, or they refuse this client, after which Confluent.Kafka's own clean-up ends in the latter. The record waits in
            // the buffer, as any other does, and its delivery tells.
        }
    }

    private static void Report(DeliveryReport<byte[]?, byte[]?> report, IDelivery delivery)
    {
        if (report.Error.IsError)
            delivery.Failed(report.Error.Reason);
        else
            delivery.Delivered(report.Timestamp.UnixTimestampMs);
    }

    [LoggerMessage(411, LogLevel.Warning, "Kafka producer: {Code}: {Reason}")]
    private partial void LogError(ErrorCode code, string reason);

    [LoggerMessage(412, LogLevel.Debug, "librdkafka {Facility}: {Text}")]
    private partial void LogClient(string facility, string text);
}
