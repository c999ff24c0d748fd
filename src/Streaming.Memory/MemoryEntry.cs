namespace Streaming.Memory;

/// <summary>One id's entry as it was in a version: immutable, and independent of the namespace it was read from.</summary>
public sealed class MemoryEntry
{
    private readonly float[] _vector;

    internal MemoryEntry(string id, IReadOnlyDictionary<string, string> attributes, WriteStamp stamp, long validFromMs, long validUntilMs, float[] vector)
    {
        Id = id;
        Attributes = attributes;
        Stamp = stamp;
        ValidFromMs = validFromMs;
        ValidUntilMs = validUntilMs;
        _vector = vector;
    }

    /// <summary>The entry's key within its namespace.</summary>
    public string Id { get; }

    /// <summary>A copy of what the upsert carried; never null.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; }

    /// <summary>The write that made this entry.</summary>
    public WriteStamp Stamp { get; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long EventTimeMs => Stamp.EventTimeMs;

    /// <summary>First instant at which the entry is found. Unix milliseconds, UTC; 0 = always.</summary>
    public long ValidFromMs { get; }

    /// <summary>First instant at which the entry is gone. Unix milliseconds, UTC; 0 = for ever.</summary>
    public long ValidUntilMs { get; }

    /// <summary>The vector as the namespace holds it, so to the precision of its format; empty for a fact without one.</summary>
    public ReadOnlySpan<float> Vector => _vector;
}
