namespace Streaming.Memory.Search;

/// <summary>What narrows a search.</summary>
public sealed record SearchOptions
{
    /// <summary>Only entries that have every one of these attributes, with equal (ordinal) values; null or empty = all entries.</summary>
    public IReadOnlyDictionary<string, string>? Where { get; init; }
}
