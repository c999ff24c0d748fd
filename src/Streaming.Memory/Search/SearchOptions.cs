namespace Streaming.Memory.Search;

/// <summary>What narrows a search, and how much work it may do.</summary>
public sealed record SearchOptions
{
    /// <summary>Only entries that have every one of these attributes, with equal (ordinal) values; a value that ends in "-*" stands for all that
    /// begin so. Null or empty = all entries.</summary>
    public IReadOnlyDictionary<string, string>? Where { get; init; }

    /// <summary>Posting lists to scan, the nearest first, 1 or more; null = the namespace's own. At the number of lists and above, all are.</summary>
    public int? Lists { get; init; }

    /// <summary>Entries that the codes choose and the vectors then rank, k or more; null = the namespace's own.</summary>
    public int? Candidates { get; init; }

    /// <summary>True = score every entry from its vector: the exact answer, at a cost that grows with the namespace.</summary>
    public bool Exact { get; init; }

    /// <summary>
    /// The most posting lists that are scanned, 1 or more, also where a filter widens the search; null = no such bound. While entries move to
    /// newly trained lists it holds for the old ones and for the new ones.
    /// </summary>
    public int? MaxLists { get; init; }

    /// <summary>
    /// How long a search looks for entries, above zero; then it ranks what it has found and answers. It scans one list at least, or one chunk
    /// where it scores every entry. Null = as long as it takes.
    /// </summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>Only entries with this score or a higher one; a range search with a large k. Null = all.</summary>
    public float? MinScore { get; init; }

    /// <summary>
    /// Age since the event time with which an entry's score halves, or its distance doubles: a score above 0 is multiplied by 2^(−age / half-life),
    /// one below 0 divided by it. Above zero; null = age does not matter.
    /// </summary>
    public TimeSpan? HalfLife { get; init; }
}
