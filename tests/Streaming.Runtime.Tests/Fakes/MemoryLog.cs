using Streaming.Core.Partitioning;
using Streaming.Runtime.Records;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>A broker in memory: topics of equally many partitions, append times from the test's clock, Kafka's default partitioner.</summary>
internal sealed class MemoryLog(ManualTime clock, int partitions) : ILogReader
{
    private readonly Dictionary<string, List<InputRecord>[]> _topics = new(StringComparer.Ordinal);

    private readonly Dictionary<TopicPartition, long> _starts = [];

    public int Partitions => partitions;

    /// <summary>Appends and returns the record as a reader sees it.</summary>
    public InputRecord Append(in OutputRecord record)
    {
        var partition = record.Partition ?? (record.Key is { } key ? Murmur2.Partition(key, partitions) : 0);
        var log = Topic(record.Topic)[partition];
        var appended = new InputRecord
        {
            Source = new(record.Topic, partition),
            Offset = log.Count,
            Key = record.Key,
            Value = record.Value,
            AppendTimeMs = clock.NowMs,
            Headers = record.Headers,
        };
        log.Add(appended);
        return appended;
    }

    public IReadOnlyList<InputRecord> Read(TopicPartition partition) => Topic(partition.Topic)[partition.Partition];

    /// <summary>Every record of a topic; ordered within a partition.</summary>
    public IEnumerable<InputRecord> Read(string topic) => Topic(topic).SelectMany(p => p);

    /// <summary>Deletes a topic and makes an empty one of the same name.</summary>
    public void Recreate(string topic) => _topics.Remove(topic);

    public LogPosition ReadAt(TopicPartition partition, long offset)
    {
        var log = Read(partition);
        var start = _starts.GetValueOrDefault(partition);
        return new(start, log.Count, offset >= start && offset < log.Count ? log[(int)offset] : null);
    }

    public void ReadToEnd(TopicPartition partition, Action<InputRecord> onRecord, CancellationToken cancellationToken)
    {
        foreach (var record in Read(partition).ToList())
            onRecord(record);
    }

    /// <summary>Retention: what is before an offset is gone.</summary>
    public void Trim(TopicPartition partition, long start) => _starts[partition] = start;

    /// <summary>As if the newest records had never reached the broker.</summary>
    public void CutTail(TopicPartition partition, int records)
    {
        var log = Topic(partition.Topic)[partition.Partition];
        log.RemoveRange(Math.Max(0, log.Count - records), Math.Min(records, log.Count));
    }

    public Task ReadAllAsync(string topic, Action<InputRecord> onRecord, Action caughtUp, CancellationToken cancellationToken)
    {
        foreach (var record in Read(topic))
            onRecord(record);
        caughtUp();
        var cancelled = new TaskCompletionSource();
        cancellationToken.Register(() => cancelled.TrySetCanceled(cancellationToken));
        return cancelled.Task;
    }

    private List<InputRecord>[] Topic(string topic)
    {
        if (!_topics.TryGetValue(topic, out var logs))
            _topics[topic] = logs = [.. Enumerable.Range(0, partitions).Select(_ => new List<InputRecord>())];
        return logs;
    }
}
