using Microsoft.Extensions.Logging;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tasks;

public sealed partial class StreamThread
{
    [LoggerMessage(201, LogLevel.Information, "{Role}: {Partition} assigned, going on at offset {Offset}")]
    private partial void LogAssigned(string role, TopicPartition partition, long offset);

    [LoggerMessage(202, LogLevel.Information, "{Role}: {Partition} revoked, committed up to offset {Offset}")]
    private partial void LogRevoked(string role, TopicPartition partition, long offset);

    [LoggerMessage(203, LogLevel.Warning, "{Role}: {Partition} was lost to another instance; what was not committed is dropped")]
    private partial void LogLost(string role, TopicPartition partition);

    [LoggerMessage(204, LogLevel.Warning, "{Role}: silent for longer than the session time-out; nothing more is published before joining the group again")]
    private partial void LogLapsed(string role);

    [LoggerMessage(205, LogLevel.Warning, "{Role}: {Partition} goes back to its last commit at offset {Offset}: {Reason}")]
    private partial void LogRestoring(string role, TopicPartition partition, long offset, string reason);

    [LoggerMessage(206, LogLevel.Information, "{Role}: {Tasks} tasks committed, leaving the group")]
    private partial void LogLeaving(string role, int tasks);
}
