using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Kafka.Clients;
using Streaming.Runtime.Records;

namespace Streaming.Kafka.Tests.Support;

/// <summary>Shorthands for publishing.</summary>
internal static class Sinks
{
    public static KafkaRecordSink Open(KafkaOptions options, TimeSpan? deliveryTimeout = null) =>
        new(options, deliveryTimeout ?? TimeSpan.FromSeconds(60), NullLogger.Instance);

    public static Task<long> PublishAsync(this KafkaRecordSink sink, string topic, byte[]? key, byte[]? value, params RecordHeader[] headers)
    {
        var delivery = new RecordedDelivery();
        sink.Publish(new OutputRecord(topic, key, value, headers), delivery);
        return delivery.Ended;
    }

    /// <summary>Publishes <c>0, 1, 2, …</c> as values of one key, in order.</summary>
    public static async Task PublishNumbersAsync(this KafkaRecordSink sink, string topic, string key, int from, int count)
    {
        var sent = Enumerable.Range(from, count).Select(i => sink.PublishAsync(topic, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{i}")));
        await Task.WhenAll(sent.ToList());
    }

    public static string Text(this InputRecord record) => Encoding.UTF8.GetString(record.Value!);
}
