namespace Streaming.Client.Api;

/// <summary>What to search a namespace for. Exactly one of the first five is given; null = the platform's default. The rules are the platform's, which names what it refuses.</summary>
public sealed record SearchRequest
{
    /// <summary>A vector of the namespace's dimension.</summary>
    public IReadOnlyList<float>? Vector { get; init; }

    /// <summary>1 to 64 vectors, such as the interests of one user.</summary>
    public IReadOnlyList<IReadOnlyList<float>>? Vectors { get; init; }

    /// <summary>Search with this user's embedding.</summary>
    public string? UserId { get; init; }

    /// <summary>Search with this creative's embedding.</summary>
    public string? CreativeId { get; init; }

    /// <summary>Search with the embedding of these words.</summary>
    public string? Text { get; init; }

    /// <summary>What becomes of several vectors [maximum].</summary>
    public Combination? Combine { get; init; }

    /// <summary>Neighbours wanted, 1 to 1,000 [10].</summary>
    public int? K { get; init; }

    /// <summary>Only entries with these attributes; a value that ends in <c>-*</c> stands for all that begin so.</summary>
    public IReadOnlyDictionary<string, string>? Where { get; init; }

    /// <summary>Search the creatives as they are under this creative model [the one in effect].</summary>
    public string? Version { get; init; }

    /// <summary>Search an older version [the newest].</summary>
    public AsOf? AsOf { get; init; }

    /// <summary>Score every entry by its vector [false].</summary>
    public bool? Exact { get; init; }

    /// <summary>Posting lists to scan [the namespace's own].</summary>
    public int? Lists { get; init; }

    /// <summary>Entries chosen by their codes and ranked by their vectors [the namespace's own].</summary>
    public int? Candidates { get; init; }

    /// <summary>The most posting lists to scan, also where a filter widens the search [no bound].</summary>
    public int? MaxLists { get; init; }

    /// <summary>Milliseconds after which the search ranks what it has, .01 to 60,000 [no bound].</summary>
    public double? BudgetMs { get; init; }

    /// <summary>Milliseconds that other instances are waited for, 1 to 60,000; then the answer is partial [5,000].</summary>
    public int? DeadlineMs { get; init; }

    /// <summary>Tell what the search looked at [false].</summary>
    public bool? Explain { get; init; }

    /// <summary>Only entries with this score or a higher one [all].</summary>
    public float? MinScore { get; init; }

    /// <summary>Age in seconds with which a score halves, or a distance doubles [age does not matter].</summary>
    public double? HalfLifeSeconds { get; init; }
}
