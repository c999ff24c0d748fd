namespace Streaming.Memory.Search;

/// <summary>How much a search looks at.</summary>
internal readonly record struct SearchEffort(bool IsExact, int Lists, int Candidates, int MaxLists)
{
    private const int LeastCandidatesPerNeighbour = 4;
    private const int MostWidening = 64;
    private const int RoughListsFactor = 2;
    private const int RoughCandidatesFactor = 3;

    /// <summary>What is asked for, and the namespace's defaults for the rest.</summary>
    public static SearchEffort Of(SearchOptions? options, int k, int lists, int candidates) => new(
        options?.Exact ?? false,
        options?.Lists ?? lists,
        options?.Candidates ?? (int)Math.Min(Math.Max(candidates, (long)k * LeastCandidatesPerNeighbour), int.MaxValue),
        options?.MaxLists ?? int.MaxValue);

    /// <summary>The effort that meets as many wanted entries, when only a share of all is wanted.</summary>
    /// <param name="wanted">Entries wanted.</param>
    /// <param name="all">Entries in all.</param>
    public SearchEffort Widened(int wanted, int all)
    {
        double factor = Math.Clamp((double)all / wanted, 1, MostWidening);
        return Times(factor, factor);
    }

    /// <summary>The effort that finds about as many where entries lie far from their centroids.</summary>
    public SearchEffort InRoughLists() => Times(RoughListsFactor, RoughCandidatesFactor);

    private SearchEffort Times(double lists, double candidates) =>
        this with { Lists = (int)Math.Min(Lists * lists, int.MaxValue), Candidates = (int)Math.Min(Candidates * candidates, int.MaxValue) };
}
