namespace Streaming.Memory.Search;

/// <summary>What a search found, and in which version.</summary>
/// <param name="Version">The snapshot's version; of combined answers that of the first.</param>
/// <param name="Neighbours">At most k, the highest score first; equal scores by id in ordinal order.</param>
public sealed record SearchResult(long Version, IReadOnlyList<Neighbour> Neighbours)
{
    /// <summary>What the search looked at.</summary>
    public SearchWork Work { get; init; }

    /// <summary>
    /// Several answers as one, in which an entry is once: with its highest score, and where parts of a namespace hold it in two versions, as of
    /// its newest event time.
    /// </summary>
    /// <param name="answers">At least one; of several vectors, or of several parts of a namespace.</param>
    /// <param name="most">Neighbours to keep, the best.</param>
    public static SearchResult Combine(IReadOnlyList<SearchResult> answers, int most = int.MaxValue)
    {
        var neighbours = answers.SelectMany(answer => answer.Neighbours)
            .GroupBy(neighbour => neighbour.Id, StringComparer.Ordinal)
            .Select(same => same.MaxBy(neighbour => (neighbour.EventTimeMs, neighbour.Score)))
            .OrderByDescending(neighbour => neighbour.Score)
            .ThenBy(neighbour => neighbour.Id, StringComparer.Ordinal);
        return new(answers[0].Version, [.. neighbours.Take(most)]) { Work = answers.Select(answer => answer.Work).Aggregate(SearchWork.Add) };
    }
}
