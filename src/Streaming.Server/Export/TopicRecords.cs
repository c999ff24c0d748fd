using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Core.Topologies;
using Streaming.Runtime.Records;
using Streaming.Server.Workloads;

namespace Streaming.Server.Export;

/// <summary>What the input topics of a running platform hold now: all creatives, then all events. It all is in memory.</summary>
/// <remarks>
/// A partition keeps its order, and partitions are merged by append time, so every user's events are in the order in which the platform applied
/// them. Tombstones are passed over: what a withdrawn creative was is still needed to understand the events that name it.
/// </remarks>
internal static class TopicRecords
{
    public static async Task<IReadOnlyList<WorkloadRecord>> ReadAsync(ILogReader log, TopologyTopics topics, CancellationToken cancellationToken)
    {
        var creatives = await ReadTopicAsync(log, topics.Creatives.Name, Creative.Parser, c => c.CreativeId, WorkloadRecord.Of, cancellationToken);
        var events = await ReadTopicAsync(log, topics.UserEvents.Name, UserEvent.Parser, e => e.UserId, WorkloadRecord.Of, cancellationToken);
        return [.. creatives, .. events];
    }

    private static async Task<IEnumerable<WorkloadRecord>> ReadTopicAsync<T>(
        ILogReader log, string topic, MessageParser<T> parser, Func<T, string> keyOf, Func<long, T, WorkloadFault, WorkloadRecord> record, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var read = await ReadToNowAsync(log, topic, cancellationToken);
        return ArrivalOrder.Merge(read).Where(r => r.Value is not null).Select((r, index) =>
            Parse(r, parser) is { } message && r.Key is not null && Encoding.UTF8.GetString(r.Key) == keyOf(message)
                ? record(index, message, WorkloadFault.None)
                : WorkloadRecord.OfBytes(index, "", r.Value!, WorkloadFault.None));
    }

    private static async Task<List<InputRecord>> ReadToNowAsync(ILogReader log, string topic, CancellationToken cancellationToken)
    {
        List<InputRecord> read = [];
        using var caughtUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await log.ReadAllAsync(topic, read.Add, caughtUp.Cancel, caughtUp.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return read;
    }

    private static T? Parse<T>(InputRecord record, MessageParser<T> parser)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(record.Value);
        }
        catch (InvalidProtocolBufferException)
        {
            return default;
        }
    }
}
