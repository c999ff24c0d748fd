namespace Streaming.Server.Api;

/// <summary>What to search a memory namespace for. Exactly one of the first four is given.</summary>
/// <param name="Vector">A query vector of the namespace's dimension.</param>
/// <param name="UserId">Search with this user's embedding.</param>
/// <param name="CreativeId">Search with this creative's embedding.</param>
/// <param name="Text">Search with the embedding of these words.</param>
/// <param name="K">Neighbours wanted, 1 to 1,000 [10].</param>
/// <param name="Where">Only entries with these attribute values.</param>
/// <param name="Version">Search the creatives as they are under this creative model [the one in effect].</param>
internal sealed record SearchRequest(float[]? Vector, string? UserId, string? CreativeId, string? Text, int? K, Dictionary<string, string>? Where, string? Version = null);
