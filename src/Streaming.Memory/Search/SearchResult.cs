namespace Streaming.Memory.Search;

/// <summary>What a search found, and in which version.</summary>
/// <param name="Version">The snapshot's version.</param>
/// <param name="Neighbours">At most k, the highest score first; equal scores by id in ordinal order.</param>
public sealed record SearchResult(long Version, IReadOnlyList<Neighbour> Neighbours)
{
    /// <summary>What the search looked at.</summary>
    public SearchWork Work { get; init; }

    /// <summary>The answers of one version as one: an entry once, with its highest score.</summary>
    internal static SearchResult Combine(IReadOnlyList<SearchResult> answers, int most)
    {
        var neighbours = answers.SelectMany(answer => answer.Neighbours)
            .GroupBy(neighbour => neighbour.Id, StringComparer.Ordinal)
            .Select(same => same.MaxBy(neighbour => neighbour.Score))
            .OrderByDescending(neighbour => neighbour.Score)
            .ThenBy(neighbour => neighbour.Id, StringComparer.Ordinal);
        SearchWork work = new(answers.Sum(a => a.Work.Lists), answers.Sum(a => a.Work.Entries), answers.Sum(a => a.Work.Candidates));
        return new(answers[0].Version, [.. neighbours.Take(most)]) { Work = work };
    }
}
