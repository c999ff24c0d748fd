using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Streaming.Kafka.Clients;
using Streaming.Runtime.Records;
using Streaming.TestSupport;

namespace Streaming.Kafka.Tests.Support;

/// <summary>A <see cref="KafkaRecordSource"/> whose listener writes down what it hears and says where to start.</summary>
internal sealed class GroupMember : IAssignmentListener, IDisposable
{
    public static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(10);

    public GroupMember(KafkaOptions options, string group, string topic)
        : this(options, group, NullLogger.Instance, topic)
    {
    }

    public GroupMember(KafkaOptions options, string group, ILogger logger, params string[] topics)
        : this(options, group, logger, followed: null, topics)
    {
    }

    public GroupMember(KafkaOptions options, string group, ILogger logger, FollowedTopic? followed, params string[] topics)
    {
        Source = new KafkaRecordSource(options, group, SessionTimeout, logger, followed);
        Source.Subscribe(topics, this);
    }

    public KafkaRecordSource Source { get; }

    /// <summary>What the listener answers for a partition: the offset to read from, or null for the beginning.</summary>
    public Func<TopicPartition, long?> StartAt { get; set; } = _ => null;

    public List<InputRecord> Records { get; } = [];

    public HashSet<TopicPartition> Owned { get; } = [];

    /// <summary>The group has answered.</summary>
    public bool HasJoined { get; private set; }

    /// <summary>How often partitions came, went and were lost.</summary>
    public int Assignments { get; private set; }

    public int Revocations { get; private set; }

    public int Losses { get; private set; }

    /// <summary>Polls the members in turn, on this thread, until the condition holds.</summary>
    public static void PollUntil(string what, Func<bool> condition, params GroupMember[] members)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Eventually.Deadline)
                throw new TimeoutException($"not within {Eventually.Deadline.TotalSeconds:0} s: {what}");
            foreach (var member in members)
                member.Poll();
        }
    }

    public void PollUntil(string what, Func<bool> condition) => PollUntil(what, condition, this);

    /// <summary>Takes that many records, while those behind them are fetched already or being fetched.</summary>
    public void PollOneAtATime(int count)
    {
        var enough = Records.Count + count;
        var started = Stopwatch.GetTimestamp();
        while (Records.Count < enough)
        {
            if (Stopwatch.GetElapsedTime(started) > Eventually.Deadline)
                throw new TimeoutException($"not within {Eventually.Deadline.TotalSeconds:0} s: {count} records are read");
            Poll(maxRecords: 1);
        }
    }

    public int Poll(int maxRecords = 500) => Source.Poll(PollTimeout, maxRecords, Records);

    public void Joined() => HasJoined = true;

    public long? Assigned(TopicPartition partition)
    {
        Assignments++;
        Owned.Add(partition);
        return StartAt(partition);
    }

    public void Revoked(IReadOnlyList<TopicPartition> partitions)
    {
        Revocations += partitions.Count;
        Owned.ExceptWith(partitions);
    }

    public void Lost(IReadOnlyList<TopicPartition> partitions)
    {
        Losses += partitions.Count;
        Owned.ExceptWith(partitions);
    }

    public void Dispose() => Source.Dispose();
}
