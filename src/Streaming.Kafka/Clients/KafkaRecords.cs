using Confluent.Kafka;
using Streaming.Runtime.Records;

namespace Streaming.Kafka.Clients;

/// <summary>Between the client's records and the runtime's.</summary>
internal static class KafkaRecords
{
    public static InputRecord ToInput(ConsumeResult<byte[]?, byte[]?> result) => new()
    {
        Source = new(result.Topic, result.Partition.Value),
        Offset = result.Offset.Value,
        Key = result.Message.Key,
        Value = result.Message.Value,
        AppendTimeMs = result.Message.Timestamp.UnixTimestampMs,
        Headers = ToHeaders(result.Message.Headers),
    };

    public static Message<byte[]?, byte[]?> ToMessage(in OutputRecord record)
    {
        var message = new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value };
        if (record.Headers.Count == 0)
            return message;
        message.Headers = [];
        foreach (var header in record.Headers)
            message.Headers.Add(header.Name, header.Value);
        return message;
    }

    private static RecordHeader[] ToHeaders(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
            return [];
        var copies = new RecordHeader[headers.Count];
        for (var i = 0; i < copies.Length; i++)
            copies[i] = new(headers[i].Key, headers[i].GetValueBytes());
        return copies;
    }
}
