using Microsoft.Extensions.Logging;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Stores;

public sealed partial class StateDirectory
{
    [LoggerMessage(101, LogLevel.Warning, "State of {Partition} is set aside and rebuilt from the topic: {Reason}. The old state is kept in {Folder}; delete it when it is not needed.")]
    private partial void LogSetAside(TopicPartition partition, string reason, string folder);

    [LoggerMessage(102, LogLevel.Error, "Records {From} to {To} of {Partition} are no longer retained and are in no state: they are lost. Raise the topic's retention.")]
    private partial void LogGap(TopicPartition partition, long from, long to);

    [LoggerMessage(103, LogLevel.Information, "{Partition} restored: {Values} values from {Changelog} in {Seconds:0.0} s, going on at offset {Offset}")]
    private partial void LogRestored(TopicPartition partition, long values, TopicPartition changelog, long offset, double seconds);

    [LoggerMessage(105, LogLevel.Warning, "State in {Folder} is not needed any more and cannot be deleted: {Reason}")]
    private partial void LogNotDeleted(string folder, string reason);

    [LoggerMessage(104, LogLevel.Warning, "{Changelog} is left out: {Reason}")]
    private partial void LogForeignChangelog(TopicPartition changelog, string reason);
}
