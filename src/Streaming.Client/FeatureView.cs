using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Streaming.Core.Contracts;

namespace Streaming.Client;

/// <summary>
/// The newest features by key, read from a feature topic into memory: what a ranking service looks features up in. A lower version is
/// ignored and for an equal one the later record wins, so every view ends with the same content. Bounded by the number of keys.
/// </summary>
/// <typeparam name="T">UserFeatures or CreativeFeatures.</typeparam>
public sealed class FeatureView<T> : IDisposable
    where T : class, IMessage<T>
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(30);

    private readonly ClientOptions _options;
    private readonly string _topic;
    private readonly MessageParser<T> _parser;
    private readonly Func<T, long> _version;
    private readonly ConcurrentDictionary<string, T> _features = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<FeatureRecord<T>>? _onRecord;
    private readonly ConcurrentDictionary<int, long> _next = new();
    private Task? _reading;

    internal FeatureView(ClientOptions options, string topic, MessageParser<T> parser, Func<T, long> version, Action<FeatureRecord<T>>? onRecord)
    {
        (_options, _topic, _parser, _version, _onRecord) = (options, topic, parser, version, onRecord);
    }

    /// <summary>Keys held.</summary>
    public int Count => _features.Count;

    /// <summary>Records that were not features and were left out.</summary>
    public long Unreadable { get; private set; }

    /// <summary>
    /// Ends when everything that was in the topic at the start is in the view; faults when reading ends with an error before, and is
    /// cancelled when the view is disposed before.
    /// </summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>Ends when the view is disposed; faults when reading ends with an error, after which the view stays as it is.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Keys and features held now.</summary>
    public IEnumerable<KeyValuePair<string, T>> Features => _features;

    /// <summary>Everything before <paramref name="offset"/> of a partition is in the view.</summary>
    public bool HasApplied(int partition, long offset) => offset == 0 || _next.GetValueOrDefault(partition) >= offset;

    /// <summary>Begins to read the topic, from its beginning.</summary>
    public FeatureView<T> Start()
    {
        _reading ??= Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return this;
    }

    /// <summary>The newest features of a key, or null. The message must not be changed.</summary>
    public T? Find(string key) => _features.GetValueOrDefault(key);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
            return;
        _stop.Cancel();
        _reading?.Wait();
        _stop.Dispose();
        _caughtUp.TrySetCanceled();
        _ended.TrySetResult();
    }

    private void Read()
    {
        try
        {
            using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(_options.Reader()).SetLogHandler((_, _) => { }).Build();
            var partitions = Partitions(consumer);
            var unread = Ends(consumer, partitions);
            if (unread.Count == 0)
                _caughtUp.TrySetResult();
            consumer.Assign(partitions.Select(p => new TopicPartitionOffset(_topic, p, Offset.Beginning)));
            while (!_stop.IsCancellationRequested)
                ReadOne(consumer, unread);
            consumer.Close();
        }
#pragma warning disable CA1031 // The boundary of the view's thread: a refused setting, a fatal client and the caller's callback are told by its tasks.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _caughtUp.TrySetException(e);
            _ended.TrySetException(e);
        }
    }

    private void ReadOne(IConsumer<byte[]?, byte[]?> consumer, Dictionary<int, Offset> unread)
    {
        try
        {
            if (consumer.Consume(PollTimeout) is not { } result)
                return;
            if (!result.IsPartitionEOF)
                Apply(result);
            if (unread.TryGetValue(result.Partition.Value, out var end) && Reaches(result, end) && unread.Remove(result.Partition.Value) && unread.Count == 0)
                _caughtUp.TrySetResult();
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            // Brokers away: the client reconnects by itself.
        }
    }

    // The client says that this is the end when a fetch there has come back empty, half a second later and more; the last offset tells at once.
    private static bool Reaches(ConsumeResult<byte[]?, byte[]?> result, Offset end) => result.IsPartitionEOF || result.Offset.Value + 1 >= end.Value;

    /// <summary>Ends of the partitions that hold something.</summary>
    private Dictionary<int, Offset> Ends(IConsumer<byte[]?, byte[]?> consumer, List<int> partitions) => partitions
        .Select(p => (Partition: p, Bounds: Bounds(consumer, p)))
        .Where(p => p.Bounds.Low.Value < p.Bounds.High.Value)
        .ToDictionary(p => p.Partition, p => p.Bounds.High);

    // A partition whose leader is moving is read until the client says that it ends.
    private WatermarkOffsets Bounds(IConsumer<byte[]?, byte[]?> consumer, int partition)
    {
        try
        {
            return consumer.QueryWatermarkOffsets(new(_topic, partition), LookTimeout);
        }
        catch (KafkaException)
        {
            return new(0, long.MaxValue);
        }
    }

    private List<int> Partitions(IConsumer<byte[]?, byte[]?> consumer)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var metadata = admin.GetMetadata(_topic, LookTimeout).Topics.Single();
        if (metadata.Error.IsError)
            throw new KafkaException(metadata.Error);
        return [.. metadata.Partitions.Select(p => p.PartitionId)];
    }

    private void Apply(ConsumeResult<byte[]?, byte[]?> result)
    {
        Apply(result.Message);
        _next[result.Partition.Value] = result.Offset.Value + 1;
    }

    private void Apply(Message<byte[]?, byte[]?> message)
    {
        if (message.Key is null)
            return;
        var key = Encoding.UTF8.GetString(message.Key);
        var features = Parse(message.Value, out var unreadable);
        if (unreadable)
            return;
        var held = _features.GetValueOrDefault(key);
        var isNew = features is null || held is null || FeatureVersions.Replaces(_version(held), _version(features));
        var isFirst = features is not null && (held is null || _version(features) > _version(held));
        if (features is null)
            _features.TryRemove(key, out _);
        else if (isNew)
            _features[key] = features;
        _onRecord?.Invoke(new(key, features, message.Timestamp.UnixTimestampMs, isNew, isFirst));
    }

    private T? Parse(byte[]? value, out bool unreadable)
    {
        unreadable = false;
        try
        {
            return value is null ? null : _parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            Unreadable++;
            unreadable = true;
            return null;
        }
    }
}
