namespace Streaming.Memory.Search;

/// <summary>What narrows a search, and how much work it may do.</summary>
public sealed record SearchOptions
{
    /// <summary>Only entries that have every one of these attributes, with equal (ordinal) values; null or empty = all entries.</summary>
    public IReadOnlyDictionary<string, string>? Where { get; init; }

    /// <summary>Posting lists to scan, the nearest first, 1 or more; null = the namespace's own. At the number of lists and above, all are.</summary>
    public int? Lists { get; init; }

    /// <summary>Entries that the codes choose and the vectors then rank, k or more; null = the namespace's own.</summary>
    public int? Candidates { get; init; }

    /// <summary>True = score every entry from its vector: the exact answer, at a cost that grows with the namespace.</summary>
    public bool Exact { get; init; }
}
