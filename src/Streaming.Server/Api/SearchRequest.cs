using System.Text.Json.Serialization;
using Streaming.Core.Validation;
using Streaming.Memory.Search;

namespace Streaming.Server.Api;

/// <summary>What to search a memory namespace for. Exactly one of the first four is given.</summary>
/// <param name="Vector">A query vector of the namespace's dimension.</param>
/// <param name="UserId">Search with this user's embedding.</param>
/// <param name="CreativeId">Search with this creative's embedding.</param>
/// <param name="Text">Search with the embedding of these words.</param>
/// <param name="K">Neighbours wanted, 1 to 1,000 [10].</param>
/// <param name="Where">Only entries with these attribute values.</param>
/// <param name="Version">Search the creatives as they are under this creative model [the one in effect].</param>
/// <param name="AsOf">Search an older version, as <see cref="Api.AsOf"/> reads it [the newest].</param>
/// <param name="Exact">Score every entry by its vector.</param>
/// <param name="Lists">Posting lists to scan, 1 to 65,536 [the namespace's own].</param>
/// <param name="Candidates">Entries chosen by their codes and ranked by their vectors, k to 1,000,000 [the namespace's own].</param>
/// <param name="MinScore">Only entries with this score or a higher one [all].</param>
/// <param name="HalfLifeSeconds">Age with which an entry's score halves, or its distance doubles; above 0 [age does not matter].</param>
internal sealed record SearchRequest(
    float[]? Vector = null,
    string? UserId = null,
    string? CreativeId = null,
    string? Text = null,
    int? K = null,
    Dictionary<string, string>? Where = null,
    string? Version = null,
    [property: JsonConverter(typeof(AsOfConverter))] string? AsOf = null,
    bool? Exact = null,
    int? Lists = null,
    int? Candidates = null,
    float? MinScore = null,
    double? HalfLifeSeconds = null)
{
    private const int DefaultNeighbours = 10;
    private const int MaxNeighbours = 1_000;
    private const int MaxLists = 65_536;
    private const int MaxCandidates = 1_000_000;
    private const double MinHalfLifeSeconds = 0.001;
    private const double MaxHalfLifeSeconds = 1e9;

    /// <summary>Neighbours wanted.</summary>
    [JsonIgnore]
    public int Neighbours => K ?? DefaultNeighbours;

    /// <summary>What narrows the search, and how much it looks at.</summary>
    [JsonIgnore]
    public SearchOptions Options => new()
    {
        Where = Where,
        Exact = Exact ?? false,
        Lists = Lists,
        Candidates = Candidates,
        MinScore = MinScore,
        HalfLife = HalfLifeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };

    /// <summary>The first number out of range, or null.</summary>
    public Violation? Check()
    {
        if (Neighbours is < 1 or > MaxNeighbours)
            return new("k", K, $"must be 1 to {MaxNeighbours}");
        if (Lists is < 1 or > MaxLists)
            return new("lists", Lists, $"must be 1 to {MaxLists}");
        if (Candidates < Neighbours || Candidates > MaxCandidates)
            return new("candidates", Candidates, $"must be k, which is {Neighbours}, to {MaxCandidates}");
        if (HalfLifeSeconds is not null and not (>= MinHalfLifeSeconds and <= MaxHalfLifeSeconds))
            return new("half_life_seconds", HalfLifeSeconds, $"must be {MinHalfLifeSeconds} to {MaxHalfLifeSeconds}");
        return null;
    }
}
