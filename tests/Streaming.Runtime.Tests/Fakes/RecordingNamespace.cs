using System.Globalization;
using Streaming.Core.Validation;
using Streaming.Runtime.Memory;
using Streaming.Runtime.Records;
using Streaming.Runtime.Stores;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>A namespace of two-number vectors that writes down what it is told.</summary>
internal sealed class RecordingNamespace(string name) : IMemoryNamespace
{
    public string Name => name;

    public List<string> Calls { get; } = [];

    public MemoryEntry? LastEntry { get; private set; }

    /// <summary>What a snapshot had of the partitions, until they are removed.</summary>
    public Dictionary<TopicPartition, StoreIdentity> Known { get; } = [];

    /// <summary>What commits it was told of, and that the instance stops.</summary>
    public List<string> Told { get; } = [];

    public StoreIdentity? Begin(TopicPartition source) => Known.GetValueOrDefault(source);

    public void Committed(StoreIdentity source) => Told.Add($"{source.Topic}-{source.Partition} up to {source.NextOffset}");

    public void Stopping() => Told.Add("stopping");

    public Violation? Check(ReadOnlySpan<float> vector) =>
        vector.Length is 0 or 2 ? null : new("vector", vector.Length, "must have 2 numbers");

    public void Upsert(MemoryEntry entry, MemoryPosition position)
    {
        LastEntry = entry;
        Calls.Add(string.Create(CultureInfo.InvariantCulture, $"upsert {entry.Id} {position.Source}@{position.Offset}"));
    }

    public void Delete(string id, long eventTimeMs, MemoryPosition position) =>
        Calls.Add(string.Create(CultureInfo.InvariantCulture, $"delete {id} at {eventTimeMs} {position.Source}@{position.Offset}"));

    public void DeleteWhere(IReadOnlyDictionary<string, string> attributes, long eventTimeMs, MemoryPosition position) => Calls.Add(
        string.Create(CultureInfo.InvariantCulture, $"delete where {string.Join(' ', attributes.Select(a => $"{a.Key}={a.Value}"))} at {eventTimeMs} {position.Source}@{position.Offset}"));

    public void Drop(long eventTimeMs, MemoryPosition position) =>
        Calls.Add(string.Create(CultureInfo.InvariantCulture, $"drop at {eventTimeMs} {position.Source}@{position.Offset}"));

    public void RemoveSource(string source)
    {
        Calls.Add($"remove {source}");
        foreach (var known in Known.Keys.Where(k => k.ToString() == source).ToList())
            Known.Remove(known);
    }

    public void Publish() => Calls.Add("publish");
}
