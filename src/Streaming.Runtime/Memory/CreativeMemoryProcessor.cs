using System.Globalization;
using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Memory;

/// <summary>Keeps the creative namespaces in step with one partition of the creative features.</summary>
internal sealed class CreativeMemoryProcessor : ITaskProcessor
{
    private readonly IReadOnlyList<IMemoryNamespace> _namespaces;
    private readonly MemorySource _source;

    public CreativeMemoryProcessor(TopicPartition partition, MemorySettings settings, IReadOnlyList<IMemoryNamespace> namespaces)
    {
        _namespaces = [.. namespaces.Where(n => settings.CreativeNamespaces.Contains(n.Name))];
        _source = new(partition, _namespaces);
    }

    public ProcessResult Process(InputRecord record, ITaskOutput output)
    {
        if (record.Key is null)
            return ProcessResult.Rejected(Rejection.Invalid(new("creative_id", "", "a record needs a key")));
        var position = _source.At(record);
        if (record.Value is null)
        {
            // A tombstone says nothing but that the creative is gone as of now.
            foreach (var space in _namespaces)
                space.Delete(Encoding.UTF8.GetString(record.Key), record.AppendTimeMs, position);
            return ProcessResult.Applied;
        }
        CreativeFeatures features;
        try
        {
            features = CreativeFeatures.Parser.ParseFrom(record.Value);
        }
        catch (InvalidProtocolBufferException)
        {
            return ProcessResult.Rejected(Rejection.Malformed(nameof(CreativeFeatures), record.Value.Length));
        }
        var entry = Entry(features);
        foreach (var space in _namespaces)
        {
            if (space.Check(entry.Vector.Span) is { } violation)
                return ProcessResult.Rejected(Rejection.Invalid(violation));
        }
        foreach (var space in _namespaces)
            space.Upsert(entry, position);
        return ProcessResult.Applied;
    }

    public StoreIdentity? Restored => _source.Restored;

    public void Committed(StoreIdentity identity) => _source.Committed(identity);

    public bool EndBatch()
    {
        _source.Publish();
        return true;
    }

    // Entries expire, and versions are no longer kept, without a record too.
    public void Idle() => EndBatch();

    public void SaveState()
    {
    }

    public void Close() => _source.Close();

    // The source's append time orders versions of a creative: upstream clocks may step back.
    private static MemoryEntry Entry(CreativeFeatures features)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["title"] = features.Title,
            ["category"] = features.Category,
            ["advertiser_id"] = features.AdvertiserId,
        };
        if (features.SemanticId is { } id)
            attributes["semantic_id"] = string.Create(CultureInfo.InvariantCulture, $"{string.Join('-', id.Codes)}-{id.Collision}");
        return new(features.CreativeId, features.Embedding.ToArray(), attributes, features.SourceAppendTimeMs, features.ValidUntilMs, features.ValidFromMs);
    }
}
