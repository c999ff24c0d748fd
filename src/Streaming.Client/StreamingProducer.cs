using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Core.Creatives;
using Streaming.Core.Events;
using Streaming.Core.Memory;
using Streaming.Core.Partitioning;
using Streaming.Core.Topologies;

namespace Streaming.Client;

/// <summary>
/// What an upstream app produces with: events, creatives and memory updates, checked before they are sent, keyed and partitioned as the
/// platform expects, with CloudEvents headers. Idempotent and ordered per key. Safe for any thread.
/// </summary>
public sealed class StreamingProducer : IDisposable
{
    private static readonly TimeSpan FullWait = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MeetTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PartitionsTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, bool> _met = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _partitions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ofCreatives;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly TopologyTopics _topics;
    private readonly TimeProvider _clock;
    private readonly UserEventRules _eventRules;
    private readonly CreativeRules _creativeRules;
    private readonly MemoryUpdateRules _memoryRules;
    private readonly byte[] _source;
    private bool _disposed;

    /// <summary>Connects lazily, at the first message.</summary>
    /// <param name="options">How to reach the cluster.</param>
    /// <param name="topology">Names the topics, the action vocabulary and the namespaces of the creatives.</param>
    /// <param name="clock">The clock that event times are checked against.</param>
    public StreamingProducer(ClientOptions options, Topology topology, TimeProvider clock)
    {
        (_topics, _clock) = (topology.Topics, clock);
        _ofCreatives = [.. topology.Memory.Where(n => n.Creatives).Select(n => n.Name)];
        var times = new EventTimeRange(topology.Runtime.MaxEventTimeAhead);
        _eventRules = new UserEventRules(topology.Actions, times);
        _creativeRules = new CreativeRules(times);
        _memoryRules = new MemoryUpdateRules(times);
        _source = Encoding.UTF8.GetBytes(options.Source);
        _producer = new ProducerBuilder<byte[]?, byte[]?>(options.Producer()).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Sends an event; completes when the brokers have it.</summary>
    /// <exception cref="InvalidMessageException">The event breaks a rule; it was not sent.</exception>
    /// <exception cref="KafkaException">It could not be delivered; send it again with the same event id.</exception>
    public Task SendAsync(UserEvent @event)
    {
        if (_eventRules.Check(@event, null, _clock.GetUtcNow()) is { } violation)
            throw new InvalidMessageException(violation);
        return SendRawAsync(_topics.UserEvents.Name, @event.UserId, @event.ToByteArray(), @event.EventId, "streaming.v1.UserEvent");
    }

    /// <summary>Sends a new or changed creative.</summary>
    /// <exception cref="InvalidMessageException">The creative breaks a rule; it was not sent.</exception>
    /// <exception cref="KafkaException">It could not be delivered.</exception>
    public Task SendAsync(Creative creative)
    {
        if (_creativeRules.Check(creative, null, _clock.GetUtcNow()) is { } violation)
            throw new InvalidMessageException(violation);
        return SendRawAsync(_topics.Creatives.Name, creative.CreativeId, creative.ToByteArray(), Id(creative.CreativeId, creative.EventTimeMs), "streaming.v1.Creative");
    }

    /// <summary>Withdraws a creative (a tombstone).</summary>
    /// <exception cref="InvalidMessageException">The id breaks a rule; nothing was sent.</exception>
    /// <exception cref="KafkaException">It could not be delivered.</exception>
    public Task WithdrawAsync(string creativeId)
    {
        var now = _clock.GetUtcNow();
        // A tombstone has no message; its key keeps the rules of a creative's id.
        var withdrawn = new Creative { CreativeId = creativeId, Texts = { new CreativeText() }, EventTimeMs = now.ToUnixTimeMilliseconds() };
        if (_creativeRules.Check(withdrawn, null, now) is { } violation)
            throw new InvalidMessageException(violation);
        return SendRawAsync(_topics.Creatives.Name, creativeId, null, Id(creativeId, withdrawn.EventTimeMs), "streaming.v1.Creative");
    }

    /// <summary>Sends an upsert or delete of the vector memory; a delete by filter and a drop go to every partition, because any may have entries that they mean.</summary>
    /// <remarks>An update of a creative's entry goes to the partition of the creative's id, so that it reaches the instance that holds the creative.</remarks>
    /// <exception cref="InvalidMessageException">The update breaks a rule; it was not sent.</exception>
    /// <exception cref="KafkaException">It could not be delivered, to some partition at least: send it again.</exception>
    public Task SendAsync(MemoryUpdate update)
    {
        if (_memoryRules.Check(update, null, _clock.GetUtcNow()) is { } violation)
            throw new InvalidMessageException(violation);
        var isForAll = MemoryUpdateRules.IsForAll(update);
        var (topic, key, value) = (_topics.MemoryUpdates.Name, MemoryUpdateRules.KeyOf(update), update.ToByteArray());
        Task<long> SendTo(Partition partition) => SendRawAsync(topic, partition, key, value, Id(isForAll ? key : update.Id, update.EventTimeMs), "streaming.v1.MemoryUpdate");
        return isForAll ? Task.WhenAll(Enumerable.Range(0, Partitions(topic)).Select(p => SendTo(p)).ToList()) : SendTo(PartitionOf(update, topic));
    }

    /// <summary>
    /// Sends bytes as they are, unchecked: for relays and for tests of bad input. Waits while the buffer is full, and at the first record of
    /// a topic until the client knows the topic, at most a second.
    /// </summary>
    /// <returns>Completes when the brokers have the record; its offset.</returns>
    /// <exception cref="KafkaException">It could not be delivered.</exception>
    public Task<long> SendRawAsync(string topic, string? key, byte[]? value, string id, string type) => SendRawAsync(topic, Partition.Any, key, value, id, type);

    private Task<long> SendRawAsync(string topic, Partition partition, string? key, byte[]? value, string id, string type)
    {
        Meet(topic);
        var message = new Message<byte[]?, byte[]?>
        {
            Key = key is null ? null : Encoding.UTF8.GetBytes(key),
            Value = value,
            Headers = Headers(id, type),
        };
        var sent = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (true)
        {
            try
            {
                _producer.Produce(new TopicPartition(topic, partition), message, report =>
                {
                    if (report.Error.IsError)
                        sent.SetException(new KafkaException(report.Error));
                    else
                        sent.SetResult(report.Offset.Value);
                });
                return sent.Task;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(FullWait);
            }
        }
    }

    /// <summary>Waits until everything sent is delivered or given up.</summary>
    public void Flush() => _producer.Flush(FlushTimeout);

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        _producer.Flush(FlushTimeout);
        _producer.Dispose();
    }

    // librdkafka sends the first records of a topic that it does not know yet when it next looks around, which it does once a second.
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

    private Partition PartitionOf(MemoryUpdate update, string topic) =>
        _ofCreatives.Contains(update.Namespace) ? new(Murmur2.Partition(update.Id, _partitions.GetOrAdd(topic, Partitions))) : Partition.Any;

    /// <exception cref="KafkaException">No broker says how many partitions there are.</exception>
    private int Partitions(string topic)
    {
        using var admin = new DependentAdminClientBuilder(_producer.Handle).Build();
        var metadata = admin.GetMetadata(topic, PartitionsTimeout).Topics.Single();
        return metadata.Error.IsError ? throw new KafkaException(metadata.Error) : metadata.Partitions.Count;
    }

    private Headers Headers(string id, string type) => new()
    {
        { CloudEvents.SpecVersionHeader, Encoding.UTF8.GetBytes(CloudEvents.SpecVersion) },
        { CloudEvents.IdHeader, Encoding.UTF8.GetBytes(id) },
        { CloudEvents.SourceHeader, _source },
        { CloudEvents.TypeHeader, Encoding.UTF8.GetBytes(type) },
        { CloudEvents.TimeHeader, Encoding.UTF8.GetBytes(_clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)) },
        { CloudEvents.ContentTypeHeader, Encoding.UTF8.GetBytes(CloudEvents.Protobuf) },
    };

    private static string Id(string id, long timeMs) => string.Create(CultureInfo.InvariantCulture, $"{id}@{timeMs}");
}
