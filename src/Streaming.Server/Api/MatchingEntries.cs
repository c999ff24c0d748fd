namespace Streaming.Server.Api;

/// <summary>How many entries a filter keeps, as JSON.</summary>
/// <param name="Namespace">Of the entries.</param>
/// <param name="Matching">Entries, facts included, that are valid now.</param>
internal sealed record MatchingEntries(string Namespace, int Matching);
