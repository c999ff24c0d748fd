namespace Streaming.Server.Api;

/// <summary>What the namespaces hold, as JSON.</summary>
/// <param name="Namespaces">By name, in the topology's order.</param>
/// <param name="Partial">True when an instance that holds a part did not answer; absent when all did.</param>
internal sealed record NamespaceList(IReadOnlyList<NamespaceAnswer> Namespaces, bool? Partial = null)
{
    /// <summary>Puts the lists of several instances together, at least one.</summary>
    public static NamespaceList Of(IReadOnlyList<(string Instance, NamespaceList List)> lists, bool partial)
    {
        var parts = lists.SelectMany(l => l.List.Namespaces.Select(n => n with { Instance = l.Instance })).GroupBy(n => n.Name, StringComparer.Ordinal);
        return new([.. parts.Select(p => NamespaceAnswer.Of([.. p]))], partial ? true : null);
    }
}
