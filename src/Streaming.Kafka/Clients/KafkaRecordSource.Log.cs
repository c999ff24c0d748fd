using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Streaming.Kafka.Clients;

public sealed partial class KafkaRecordSource
{
    [LoggerMessage(401, LogLevel.Warning, "Kafka consumer: {Code}: {Reason}; trying again")]
    private partial void LogConsume(ErrorCode code, string reason);

    [LoggerMessage(402, LogLevel.Warning, "Kafka consumer: the group's offset of {Partition} is not committed: {Reason}; the next commit repeats it")]
    private partial void LogOffsets(Runtime.Records.TopicPartition partition, string reason);

    [LoggerMessage(403, LogLevel.Critical, "Kafka consumer: {Code}: {Reason}")]
    private partial void LogFatal(ErrorCode code, string reason);

    [LoggerMessage(404, LogLevel.Warning, "Kafka consumer: {Code}: {Reason}")]
    private partial void LogError(ErrorCode code, string reason);

    [LoggerMessage(406, LogLevel.Warning, "Kafka consumer: left the group without its answer: {Code}: {Reason}")]
    private partial void LogClose(ErrorCode code, string reason);

    [LoggerMessage(405, LogLevel.Debug, "librdkafka {Facility}: {Text}")]
    private partial void LogClient(string facility, string text);
}
