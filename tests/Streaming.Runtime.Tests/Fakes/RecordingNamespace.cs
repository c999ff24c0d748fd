using System.Globalization;
using Streaming.Core.Validation;
using Streaming.Runtime.Memory;

namespace Streaming.Runtime.Tests.Fakes;

/// <summary>A namespace of two-number vectors that writes down what it is told.</summary>
internal sealed class RecordingNamespace(string name) : IMemoryNamespace
{
    public string Name => name;

    public List<string> Calls { get; } = [];

    public MemoryEntry? LastEntry { get; private set; }

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

    public void RemoveSource(string source) => Calls.Add($"remove {source}");

    public void Publish() => Calls.Add("publish");
}
