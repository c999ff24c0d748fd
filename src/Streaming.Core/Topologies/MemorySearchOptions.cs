namespace Streaming.Core.Topologies;

/// <summary>How much a search of a memory namespace looks at unless it says otherwise. Read once.</summary>
public sealed record MemorySearchOptions
{
    /// <summary>Posting lists that are scanned, the nearest first; 1 to 65,536. More find more, and take longer.</summary>
    public int Lists { get; init; } = 16;

    /// <summary>Entries that are chosen by their codes and ranked by their vectors; 1 to 1,000,000.</summary>
    public int Candidates { get; init; } = 100;
}
