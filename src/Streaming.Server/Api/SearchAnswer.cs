using Streaming.Memory.Search;

namespace Streaming.Server.Api;

/// <summary>What a search found, as JSON.</summary>
/// <param name="Namespace">Where.</param>
/// <param name="Version">In which version; absent when several instances hold the namespace.</param>
/// <param name="PublishedAt">When that version became the newest.</param>
/// <param name="Time">The clock reading that decided which entries are expired; as <c>as_of</c> it asks for the same answer again.</param>
/// <param name="Partial">True when entries of some partitions were not searched.</param>
/// <param name="Cut">lists or time: which budget ended the search early; absent when none did.</param>
/// <param name="Neighbours">The nearest first.</param>
/// <param name="Explain">What the search looked at, if asked for.</param>
/// <param name="Instances">The instances that answered, when there are several, and in which version each.</param>
/// <param name="Missing">The partitions that make it partial.</param>
internal sealed record SearchAnswer(
    string Namespace,
    long? Version,
    DateTime? PublishedAt,
    DateTime? Time,
    bool Partial,
    string? Cut,
    IReadOnlyList<Neighbour> Neighbours,
    ExplainAnswer? Explain,
    IReadOnlyList<InstanceVersion>? Instances,
    IReadOnlyList<MissingPartition>? Missing)
{
    /// <summary>Puts the parts of one search together, at least one.</summary>
    public static SearchAnswer Of(string space, SearchRequest request, IReadOnlyList<SearchPart> parts, IReadOnlyList<MissingPartition> missing)
    {
        // The k nearest to each vector among all parts, and then of all vectors: as if one instance had held everything.
        var ofEach = Enumerable.Range(0, parts[0].Answers.Count).Select(i => SearchResult.Combine([.. parts.Select(p => p.Answers[i])], request.Neighbours));
        var found = SearchResult.Combine([.. ofEach], request.IsUnion ? int.MaxValue : request.Neighbours);
        var only = parts.Count == 1 ? parts[0] : null;
        return new(
            space,
            only?.Version,
            only?.PublishedAt,
            only?.Time,
            missing.Count > 0,
            Name(found.Work.Cut),
            found.Neighbours,
            request.Explain == true ? ExplainAnswer.Of(found.Work) : null,
            only is null ? [.. parts.Select(InstanceVersion.Of)] : null,
            missing.Count > 0 ? missing : null);
    }

    private static string? Name(SearchCut cut) => cut switch
    {
        SearchCut.None => null,
        SearchCut.Lists => "lists",
        _ => "time",
    };
}
