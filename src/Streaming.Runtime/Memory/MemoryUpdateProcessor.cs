using System.Text;
using Google.Protobuf;
using Streaming.Core.Contracts;
using Streaming.Core.Memory;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Memory;

/// <summary>Applies one partition of the memory updates.</summary>
internal sealed class MemoryUpdateProcessor(TopicPartition partition, MemorySettings settings, IReadOnlyList<IMemoryNamespace> namespaces, TimeProvider clock) : ITaskProcessor
{
    private readonly MemorySource _source = new(partition, namespaces);
    private readonly Dictionary<string, IMemoryNamespace> _namespaces = namespaces.ToDictionary(n => n.Name, StringComparer.Ordinal);

    public ProcessResult Process(InputRecord record, ITaskOutput output)
    {
        var key = record.Key is null ? null : Encoding.UTF8.GetString(record.Key);
        if (record.Value is null)
            return Tombstone(key, record);
        MemoryUpdate update;
        try
        {
            update = MemoryUpdate.Parser.ParseFrom(record.Value);
        }
        catch (InvalidProtocolBufferException)
        {
            return ProcessResult.Rejected(Rejection.Malformed(nameof(MemoryUpdate), record.Value.Length));
        }
        if (settings.Rules.Check(update, key, clock.GetUtcNow()) is { } violation)
            return ProcessResult.Rejected(Rejection.Invalid(violation));
        if (!_namespaces.TryGetValue(update.Namespace, out var space))
            return UnknownNamespace(update.Namespace);
        return Apply(update, space, _source.At(record));
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

    private ProcessResult Apply(MemoryUpdate update, IMemoryNamespace space, MemoryPosition position)
    {
        if (update.OperationCase == MemoryUpdate.OperationOneofCase.Delete)
        {
            space.Delete(update.Id, update.EventTimeMs, position);
            return ProcessResult.Applied;
        }
        if (update.DeleteWhere is { } filter)
        {
            space.DeleteWhere(new Dictionary<string, string>(filter.Attributes, StringComparer.Ordinal), update.EventTimeMs, position);
            return ProcessResult.Applied;
        }
        if (update.Drop is not null)
            return Drop(update, space, position);
        var upsert = update.Upsert;
        var vector = upsert.Vector.ToArray();
        if (space.Check(vector) is { } bad)
            return ProcessResult.Rejected(Rejection.Invalid(bad));
        // A time to live of "practically for ever" must not wrap around into the past.
        var validUntilMs = upsert.TimeToLiveMs == 0 ? 0 : update.EventTimeMs + Math.Min(upsert.TimeToLiveMs, long.MaxValue - update.EventTimeMs);
        space.Upsert(new(update.Id, vector, new Dictionary<string, string>(upsert.Attributes, StringComparer.Ordinal), update.EventTimeMs, validUntilMs, upsert.ValidFromMs), position);
        return ProcessResult.Applied;
    }

    private ProcessResult Drop(MemoryUpdate update, IMemoryNamespace space, MemoryPosition position)
    {
        if (settings.CreativeNamespaces.Contains(update.Namespace))
            return ProcessResult.Rejected(Rejection.Invalid(new("drop", update.Namespace, "must not be a namespace of the creatives: withdraw them")));
        space.Drop(update.EventTimeMs, position);
        return ProcessResult.Applied;
    }

    private ProcessResult Tombstone(string? key, InputRecord record)
    {
        var slash = key?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash <= 0 || slash == key!.Length - 1)
            return ProcessResult.Rejected(Rejection.Invalid(new("key", key, $"must be {MemoryUpdateRules.KeyOf("namespace", "id")}")));
        if (!_namespaces.TryGetValue(key[..slash], out var space))
            return UnknownNamespace(key[..slash]);
        space.Delete(key[(slash + 1)..], record.AppendTimeMs, _source.At(record));
        return ProcessResult.Applied;
    }

    private ProcessResult UnknownNamespace(string name) =>
        ProcessResult.Rejected(Rejection.Invalid(new("namespace", name, $"must be one of {string.Join(", ", _namespaces.Keys)}")));
}
