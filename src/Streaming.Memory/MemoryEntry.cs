using System.Collections.ObjectModel;
using Streaming.Memory.Storage;

namespace Streaming.Memory;

/// <summary>One id's entry: immutable, and valid for as long as somebody holds it.</summary>
/// <remarks>The writer moves the vector's row when it compacts; both rows hold the same numbers, so a reader may see either.</remarks>
public sealed class MemoryEntry
{
    private RowLocation? _location;

    internal MemoryEntry(string id, IReadOnlyDictionary<string, string>? attributes, WriteStamp stamp, long validUntilMs)
    {
        Id = id;
        Attributes = attributes is null or { Count: 0 }
            ? ReadOnlyDictionary<string, string>.Empty
            : new Dictionary<string, string>(attributes, StringComparer.Ordinal).AsReadOnly();
        Stamp = stamp;
        ValidUntilMs = validUntilMs;
        SizeBytes = EstimateBytes(id, Attributes);
    }

    /// <summary>The entry's key within its namespace.</summary>
    public string Id { get; }

    /// <summary>A copy of what the upsert carried; never null.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; }

    /// <summary>The write that made this entry.</summary>
    public WriteStamp Stamp { get; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long EventTimeMs => Stamp.EventTimeMs;

    /// <summary>First instant at which the entry is gone. Unix milliseconds, UTC; 0 = for ever.</summary>
    public long ValidUntilMs { get; }

    /// <summary>The vector as it was given; empty for a fact without one.</summary>
    public ReadOnlySpan<float> Vector => Location is { } at ? at.Chunk.Vector(at.Row) : default;

    /// <summary>True from <see cref="ValidUntilMs"/> on.</summary>
    /// <param name="nowMs">Unix milliseconds, UTC.</param>
    public bool IsExpired(long nowMs) => ValidUntilMs != 0 && ValidUntilMs <= nowMs;

    /// <summary>Where the vector lies; null for a fact. Written by the writer only.</summary>
    internal RowLocation? Location
    {
        get => Volatile.Read(ref _location);
        set => Volatile.Write(ref _location, value);
    }

    /// <summary>An estimate of the heap bytes of this object and its strings.</summary>
    internal int SizeBytes { get; }

    /// <summary>True when every pair of <paramref name="wanted"/> is among the attributes.</summary>
    internal bool Matches(IReadOnlyDictionary<string, string> wanted)
    {
        foreach (var (name, value) in wanted)
        {
            if (!Attributes.TryGetValue(name, out string? held) || !string.Equals(held, value, StringComparison.Ordinal))
                return false;
        }
        return true;
    }

    private static int EstimateBytes(string id, IReadOnlyDictionary<string, string> attributes)
    {
        const int ObjectBytes = 160, AttributeBytes = 80, CharBytes = 2;
        int bytes = ObjectBytes + id.Length * CharBytes;
        foreach (var (name, value) in attributes)
            bytes += AttributeBytes + (name.Length + value.Length) * CharBytes;
        return bytes;
    }
}
