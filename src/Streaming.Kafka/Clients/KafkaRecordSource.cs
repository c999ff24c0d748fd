using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Streaming.Runtime.Records;
using TopicPartition = Streaming.Runtime.Records.TopicPartition;

namespace Streaming.Kafka.Clients;

/// <summary>A member of a consumer group, cooperative-sticky, some of whose partitions may follow others.</summary>
/// <remarks>
/// Followers are read beside what the group assigns, which it does not know of. They are begun and ended after the client's call in which their leaders came or went: within
/// it, the client takes whatever is assigned for the answer to the group. Records that come in between find no task and are left out.
/// </remarks>
public sealed partial class KafkaRecordSource : IRecordSource
{
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly ReturnedEnds _ends;
    private readonly FollowedTopic? _followed;
    private readonly ILogger _logger;
    private readonly List<TopicPartitionOffset> _coming = [];
    private readonly List<Confluent.Kafka.TopicPartition> _going = [];
    private IReadOnlyCollection<string> _topics = [];
    private IAssignmentListener? _listener;

    /// <summary>Prepares a member of <paramref name="groupId"/>.</summary>
    /// <param name="options">How to reach the cluster.</param>
    /// <param name="groupId">The group.</param>
    /// <param name="sessionTimeout">After which a silent member is given up.</param>
    /// <param name="logger">What the client tells.</param>
    /// <param name="followed">A topic of those that it reads whose partitions follow another's; null = the group deals all of them out.</param>
    public KafkaRecordSource(KafkaOptions options, string groupId, TimeSpan sessionTimeout, ILogger logger, FollowedTopic? followed = null)
    {
        (_followed, _logger) = (followed, logger);
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(options.Member(groupId, sessionTimeout))
            .SetPartitionsAssignedHandler((_, partitions) => Assign(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => _listener!.Revoked(Leave(partitions)))
            .SetPartitionsLostHandler((_, partitions) => _listener!.Lost(Leave(partitions)))
            .SetErrorHandler((_, error) => Report(error))
            .SetLogHandler((_, message) => LogClient(message.Facility, message.Message))
            .Build();
        _ends = new ReturnedEnds(_consumer);
    }

    /// <inheritdoc />
    public void Subscribe(IReadOnlyCollection<string> topics, IAssignmentListener listener)
    {
        (_topics, _listener) = ([.. topics.Where(t => t != _followed?.Follower)], listener);
        _consumer.Subscribe(_topics);
    }

    /// <inheritdoc />
    public void Rejoin()
    {
        EndFollowers();
        _consumer.Unsubscribe();
        _consumer.Subscribe(_topics);
    }

    /// <inheritdoc />
    /// <exception cref="KafkaException">The client cannot go on, such as when another member took this one's static name.</exception>
    public int Poll(TimeSpan timeout, int maxRecords, List<InputRecord> records)
    {
        var before = records.Count;
        while (records.Count - before < maxRecords && Consume(timeout) is { } record)
        {
            records.Add(record);
            timeout = TimeSpan.Zero;
        }
        return records.Count - before;
    }

    /// <inheritdoc />
    public void Seek(TopicPartition partition, long offset) => _consumer.Seek(new(partition.Topic, partition.Partition, offset));

    /// <inheritdoc />
    /// <remarks>
    /// The client sends them on its own thread, once a second, and before a partition is given away. Sending them from here would hold up
    /// the records, and for as long as the group's coordinator is away.
    /// </remarks>
    public void CommitOffsets(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> nextOffsets)
    {
        foreach (var (partition, offset) in nextOffsets)
        {
            try
            {
                _consumer.StoreOffset(new TopicPartitionOffset(partition.Topic, partition.Partition, offset));
            }
            catch (KafkaException e) when (!e.Error.IsFatal)
            {
                // The stores hold the truth; the group's offsets are for operators and the next commit repeats them.
                LogOffsets(partition, e.Error.Reason);
            }
        }
    }

    /// <inheritdoc />
    public long? EndOffset(TopicPartition partition)
    {
        var named = new Confluent.Kafka.TopicPartition(partition.Topic, partition.Partition);
        var end = _consumer.GetWatermarkOffsets(named).High;
        return _ends.Of(named, end.IsSpecial ? null : end.Value);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _ends.Dispose();
        try
        {
            EndFollowers();
            _consumer.Close();
        }
        catch (KafkaException e)
        {
            // A member that was fenced, or whose brokers are away, leaves all the same.
            LogClose(e.Error.Code, e.Error.Reason);
        }
        finally
        {
            _consumer.Dispose();
        }
    }

    private InputRecord? Consume(TimeSpan timeout)
    {
        try
        {
            return _consumer.Consume(timeout) is { } result ? KafkaRecords.ToInput(result) : null;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            LogConsume(e.Error.Code, e.Error.Reason);
            return null;
        }
        finally
        {
            MoveFollowers();
        }
    }

    private List<TopicPartitionOffset> Assign(List<Confluent.Kafka.TopicPartition> partitions)
    {
        _listener!.Joined();
        List<Confluent.Kafka.TopicPartition> followers = [.. partitions.SelectMany(Followers)];
        _ends.Came([.. partitions, .. followers]);
        _coming.AddRange(followers.Select(Assign));
        return [.. partitions.Select(Assign)];
    }

    private List<TopicPartition> Leave(List<TopicPartitionOffset> partitions)
    {
        List<Confluent.Kafka.TopicPartition> followers = [.. partitions.SelectMany(p => Followers(p.TopicPartition))];
        _coming.RemoveAll(p => followers.Contains(p.TopicPartition));
        _going.AddRange(followers);
        return [.. partitions.Select(p => p.TopicPartition).Concat(followers).Select(p => new TopicPartition(p.Topic, p.Partition.Value))];
    }

    private IEnumerable<Confluent.Kafka.TopicPartition> Followers(Confluent.Kafka.TopicPartition leader) =>
        _followed?.With(new(leader.Topic, leader.Partition.Value)).Select(p => new Confluent.Kafka.TopicPartition(p.Topic, p.Partition)) ?? [];

    // One that goes and comes within a call is read anew.
    private void MoveFollowers()
    {
        if (_going.Count > 0)
            _consumer.IncrementalUnassign(_going.Intersect(_consumer.Assignment).ToList());
        if (_coming.Count > 0)
            _consumer.IncrementalAssign(_coming.ToList());
        _going.Clear();
        _coming.Clear();
    }

    // The client knows of them, the group does not: what they are given back by is not its doing.
    private void EndFollowers()
    {
        _coming.Clear();
        _going.Clear();
        if (_followed is not null && _consumer.Assignment.Where(p => p.Topic == _followed.Follower).ToList() is { Count: > 0 } followers)
            _consumer.IncrementalUnassign(followers);
    }

    private TopicPartitionOffset Assign(Confluent.Kafka.TopicPartition partition) =>
        new(partition, _listener!.Assigned(new(partition.Topic, partition.Partition.Value)) is { } offset ? offset : Offset.Beginning);

    private void Report(Error error)
    {
        if (error.IsFatal)
            LogFatal(error.Code, error.Reason);
        else
            LogError(error.Code, error.Reason);
    }
}
