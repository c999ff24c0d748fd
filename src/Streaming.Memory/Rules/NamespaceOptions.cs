namespace Streaming.Memory.Rules;

/// <summary>What one memory namespace holds and for how long. Read once, when the namespace is made.</summary>
public sealed record NamespaceOptions
{
    /// <summary>1..64 characters of a-z, 0-9, '-', '_' and '.'; the first part of a <c>memory-updates</c> key.</summary>
    public required string Name { get; init; }

    /// <summary>Numbers in every vector and query; 1..4096.</summary>
    public required int Dimension { get; init; }

    /// <summary>How vectors are compared.</summary>
    public Metric Metric { get; init; } = Metric.Cosine;

    /// <summary>Life of an entry whose upsert names none, counted from its event time; null = for ever.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// Entries kept, with and without a vector; 1..100,000,000. Above it, expired entries go first, then the one with the oldest
    /// event time (of equal ones, the smallest id in ordinal order).
    /// </summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>
    /// Removed ids whose last write is remembered, so that an older upsert that arrives late loses; 0..100,000,000. Above it the mark
    /// with the oldest event time is dropped, and an upsert older than that removal would be accepted again.
    /// </summary>
    public int MaxTombstones { get; init; } = 100_000;

    /// <summary>Rows in a chunk, the unit of storage and of reclaiming; 2..1,048,576.</summary>
    public int ChunkRows { get; init; } = 4_096;
}
