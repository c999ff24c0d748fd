namespace Streaming.Memory.Search;

/// <summary>How much a search looks at.</summary>
internal readonly record struct SearchEffort(bool IsExact, int Lists, int Candidates)
{
    private const int LeastCandidatesPerNeighbour = 4;

    /// <summary>What is asked for, and the namespace's defaults for the rest.</summary>
    public static SearchEffort Of(SearchOptions? options, int k, int lists, int candidates, int storedRows) => new(
        options?.Exact ?? false,
        options?.Lists ?? lists,
        (int)Math.Min(options?.Candidates ?? Math.Max(candidates, (long)k * LeastCandidatesPerNeighbour), Math.Max(1, storedRows)));
}
