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
    /// Entries kept, with and without a vector; 1..100,000,000. Above it, expired entries go first, then the first by <see cref="Eviction"/> (of
    /// equal ones, the smallest id in ordinal order).
    /// </summary>
    public int MaxEntries { get; init; } = 1_000_000;

    /// <summary>Which entry leaves first when there are too many.</summary>
    public EvictionOrder Eviction { get; init; }

    /// <summary>
    /// Removed ids whose last write is remembered, so that an older upsert that arrives late loses; 0..100,000,000. Above it the mark
    /// with the oldest event time is dropped, and an upsert older than that removal would be accepted again.
    /// </summary>
    public int MaxTombstones { get; init; } = 100_000;

    /// <summary>
    /// Filters by which entries were deleted and whose newest delete is remembered, so that an older upsert that arrives late loses; 0..100,000.
    /// Above it the filter with the oldest delete is dropped.
    /// </summary>
    public int MaxFilterDeletes { get; init; } = 1_000;

    /// <summary>How vectors are held, and so what scores are computed from.</summary>
    public VectorFormat Format { get; init; } = VectorFormat.HalfPrecision;

    /// <summary>Older versions that can be asked for.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>Posting lists that a search scans unless it says otherwise; 1..65,536. More find more, and take longer.</summary>
    public int SearchLists { get; init; } = 16;

    /// <summary>Entries that a search chooses by their codes and ranks by their vectors unless it says otherwise; 1..1,000,000.</summary>
    public int SearchCandidates { get; init; } = 100;

    /// <summary>Entries up to which every search is exact; above it the lists are trained. 32..1,000,000.</summary>
    public int TrainAt { get; init; } = 4_096;

    /// <summary>Entries that a posting list should have; lists are trained anew when there should be twice as many. 1..65,536.</summary>
    public int EntriesPerList { get; init; } = 512;

    /// <summary>Entries in a chunk of a posting list, the unit of reclaiming; a multiple of 32, 32..65,536.</summary>
    public int ChunkEntries { get; init; } = 128;

    /// <summary>
    /// Rows in a page, the unit in which memory for vectors is reserved and given back; a power of two, 2..1,048,576. Memory is taken as rows are
    /// written. At 262,144 and above, pages are whole huge pages of the system where the dimension is a multiple of four.
    /// </summary>
    public int PageRows { get; init; } = 262_144;

    /// <summary>Seed of everything random: the sample that the lists are trained on, and the training.</summary>
    public int Seed { get; init; } = 1;
}
