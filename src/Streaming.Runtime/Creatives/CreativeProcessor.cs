using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Core.Creatives;
using Streaming.Core.Validation;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Creatives;

/// <summary>The creatives role for one partition: media, encode, semantic ID, tags, publish.</summary>
public sealed class CreativeProcessor : ITaskProcessor
{
    private static readonly FeatureHeaders Headers = new("/streaming/creatives", "streaming.v1.CreativeFeatures");
    private static readonly Violation MissingKey = new("creative_id", "", "a tombstone needs a key");

    private readonly CreativeSettings _settings;
    private readonly CreativeServices _services;
    private readonly CollisionRegistry _collisions;
    private readonly float[] _embedding;
    private readonly int[] _codes;
    private readonly EncodeAhead _ahead;

    // By offset: announced, not processed yet. Bounded by the records of one poll.
    private readonly Dictionary<long, IMediaRequest> _requests = [];

    internal CreativeProcessor(TopicPartition partition, ITaskState state, CreativeSettings settings, CreativeServices services)
    {
        (_settings, _services) = (settings, services);
        _collisions = new CollisionRegistry(state, services.Codebook.Version, partition.Partition, settings.Partitions, services.Metrics);
        _embedding = new float[services.Encoder.Dimension];
        _codes = new int[services.Codebook.Layers];
        _ahead = new EncodeAhead(services.Encoder);
    }

    /// <inheritdoc />
    public void Announce(InputRecord record)
    {
        if (record.Value is null || _requests.ContainsKey(record.Offset) || Decode(record.Value) is not { } creative)
            return;
        if (Broken(creative, record) is not null || IsReplay(creative, record))
            return;
        _ahead.Add(record.Offset, creative);
        if (_services.Media.Waits(creative) && _services.Media.Begin(creative) is { } request)
            _requests.Add(record.Offset, request);
    }

    /// <inheritdoc />
    public bool IsReady(InputRecord record, TimeSpan patience) => !_requests.TryGetValue(record.Offset, out var request) || request.Wait(patience);

    /// <inheritdoc />
    public ProcessResult Process(InputRecord record, ITaskOutput output)
    {
        _requests.Remove(record.Offset, out var request);
        using (request)
            return Process(record, request, output);
    }

    private ProcessResult Process(InputRecord record, IMediaRequest? request, ITaskOutput output)
    {
        if (record.Value is null)
            return Withdraw(Key(record), record, output);
        if (Decode(record.Value) is not { } creative)
            return ProcessResult.Rejected(Rejection.Malformed(nameof(Creative), record.Value.Length));
        if (Broken(creative, record) is { } violation)
            return ProcessResult.Rejected(Rejection.Invalid(violation));
        if (IsReplay(creative, record))
            return ProcessResult.Replayed;
        var (media, rejection) = _services.Media.Read(creative, request);
        if (media is null)
            return ProcessResult.Rejected(rejection!);

        CreativeFeatures features;
        using (media)
            features = Understand(creative, media, record);
        output.Publish(new(_settings.FeatureTopic, record.Key ?? Encoding.UTF8.GetBytes(creative.CreativeId), features.ToByteArray(), Headers.For(record)), record, creative.EventTimeMs);
        return ProcessResult.Applied;
    }

    /// <inheritdoc />
    public bool EndBatch()
    {
        GiveUp();
        return true;
    }

    /// <summary>State is put into the store as it changes.</summary>
    public void SaveState()
    {
    }

    /// <inheritdoc />
    public void Close() => GiveUp();

    // Left over are requests of records that were not processed after all: the partition went, or the task began anew.
    private void GiveUp()
    {
        foreach (var request in _requests.Values)
            request.Dispose();
        _requests.Clear();
        _ahead.Clear();
    }

    private Violation? Broken(Creative creative, InputRecord record) => _settings.Rules.Check(creative, Key(record), _services.Clock.GetUtcNow());

    private bool IsReplay(Creative creative, InputRecord record) => record.Offset <= _collisions.AppliedOffset(creative.CreativeId);

    private static string? Key(InputRecord record) => record.Key is null ? null : Encoding.UTF8.GetString(record.Key);

    // The ordinal is kept: a creative that comes back is the same creative.
    private ProcessResult Withdraw(string? creativeId, InputRecord record, ITaskOutput output)
    {
        if (string.IsNullOrEmpty(creativeId))
            return ProcessResult.Rejected(Rejection.Invalid(MissingKey));
        output.Publish(new(_settings.FeatureTopic, record.Key, null, Headers.For(record)), record, record.AppendTimeMs);
        return ProcessResult.Applied;
    }

    private CreativeFeatures Understand(Creative creative, ICreativeMedia media, InputRecord record)
    {
        if (!_ahead.TryTake(record.Offset, _embedding))
            _services.Encoder.Encode(creative, media, _embedding);
        _services.Codebook.Assign(_embedding, _codes);
        // The ordinal is state: it comes after everything that may throw, so that a rejected creative leaves no trace.
        var tags = _services.Tagger.Tag(creative, media);
        var features = new CreativeFeatures
        {
            CreativeId = creative.CreativeId,
            Version = record.Offset,
            EncoderVersion = _services.Encoder.Version,
            SemanticId = _collisions.Assign(creative.CreativeId, _codes, record.Offset),
            CodebookVersion = _services.Codebook.Version,
            Tags = tags,
            ValidFromMs = creative.ValidFromMs,
            ValidUntilMs = creative.ValidUntilMs,
            EventTimeMs = creative.EventTimeMs,
            Title = creative.Title(),
            Category = creative.Category,
            AdvertiserId = creative.AdvertiserId,
            SourceAppendTimeMs = record.AppendTimeMs,
        };
        features.Embedding.AddRange(_embedding);
        return features;
    }

    private static Creative? Decode(byte[] value)
    {
        try
        {
            return Creative.Parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
