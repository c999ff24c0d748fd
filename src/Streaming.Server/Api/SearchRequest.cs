using System.Text.Json.Serialization;
using Streaming.Core.Validation;
using Streaming.Memory.Search;

namespace Streaming.Server.Api;

/// <summary>What to search a memory namespace for. Exactly one of the first five is given.</summary>
/// <param name="Vector">A query vector of the namespace's dimension.</param>
/// <param name="Vectors">Several query vectors, at most 64.</param>
/// <param name="UserId">Search with this user's embedding.</param>
/// <param name="CreativeId">Search with this creative's embedding.</param>
/// <param name="Text">Search with the embedding of these words.</param>
/// <param name="Combine">
/// What becomes of several vectors: maximum = the k entries with the highest score for any of them; union = the k nearest of each, an entry once [maximum].
/// </param>
/// <param name="K">Neighbours wanted, 1 to 1,000, and in a union at most as many in all [10].</param>
/// <param name="Where">Only entries with these attribute values.</param>
/// <param name="Version">Search the creatives as they are under this creative model [the one in effect].</param>
/// <param name="AsOf">Search an older version, as <see cref="Api.AsOf"/> reads it [the newest].</param>
/// <param name="Exact">Score every entry by its vector.</param>
/// <param name="Lists">Posting lists to scan, 1 to 65,536 [the namespace's own].</param>
/// <param name="Candidates">Entries chosen by their codes and ranked by their vectors, k to 1,000,000 [the namespace's own].</param>
/// <param name="MaxLists">The most posting lists to scan, also where a filter widens the search, 1 to 65,536 [no bound].</param>
/// <param name="BudgetMs">Milliseconds after which the search ranks what it has found so far, .01 to 60,000 [no bound].</param>
/// <param name="DeadlineMs">Milliseconds that other instances are waited for, 1 to 60,000; then the answer is partial [5,000].</param>
/// <param name="Explain">Tell what the search looked at.</param>
/// <param name="MinScore">Only entries with this score or a higher one [all].</param>
/// <param name="HalfLifeSeconds">Age with which an entry's score halves, or its distance doubles; above 0 [age does not matter].</param>
internal sealed record SearchRequest(
    float[]? Vector = null,
    float[][]? Vectors = null,
    string? UserId = null,
    string? CreativeId = null,
    string? Text = null,
    string? Combine = null,
    int? K = null,
    Dictionary<string, string>? Where = null,
    string? Version = null,
    [property: JsonConverter(typeof(AsOfConverter))] string? AsOf = null,
    bool? Exact = null,
    int? Lists = null,
    int? Candidates = null,
    int? MaxLists = null,
    double? BudgetMs = null,
    int? DeadlineMs = null,
    bool? Explain = null,
    float? MinScore = null,
    double? HalfLifeSeconds = null)
{
    private const int DefaultNeighbours = 10;
    private const int MaxNeighbours = 1_000;
    private const int MostVectors = 64;
    private const int MostLists = 65_536;
    private const int MaxCandidates = 1_000_000;
    private const double MinBudgetMs = 0.01;
    private const double MaxBudgetMs = 60_000;
    private const int DefaultDeadlineMs = 5_000;
    private const int MaxDeadlineMs = 60_000;
    private const double MinHalfLifeSeconds = 0.001;
    private const double MaxHalfLifeSeconds = 1e9;

    /// <summary>Neighbours wanted.</summary>
    [JsonIgnore]
    public int Neighbours => K ?? DefaultNeighbours;

    /// <summary>How long other instances are waited for.</summary>
    [JsonIgnore]
    public TimeSpan Deadline => TimeSpan.FromMilliseconds(DeadlineMs ?? DefaultDeadlineMs);

    /// <summary>Whether several vectors are answered by the k nearest of each.</summary>
    [JsonIgnore]
    public bool IsUnion => Combine == "union";

    /// <summary>What narrows the search, and how much it looks at.</summary>
    [JsonIgnore]
    public SearchOptions Options => new()
    {
        Where = Where,
        Exact = Exact ?? false,
        Lists = Lists,
        Candidates = Candidates,
        MaxLists = MaxLists,
        Budget = BudgetMs is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
        MinScore = MinScore,
        HalfLife = HalfLifeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };

    /// <summary>The first number out of range, or null.</summary>
    public Violation? Check()
    {
        if (Neighbours is < 1 or > MaxNeighbours)
            return new("k", K, $"must be 1 to {MaxNeighbours}");
        if (Vectors is { Length: 0 or > MostVectors })
            return new("vectors.length", Vectors.Length, $"must be 1 to {MostVectors}");
        if (Combine is not (null or "maximum" or "union"))
            return new("combine", Combine, "must be maximum or union");
        if (IsUnion && (long)Neighbours * (Vectors?.Length ?? 1) > MaxNeighbours)
            return new("k", K, $"must be at most {MaxNeighbours / Vectors!.Length} in a union of {Vectors.Length} vectors");
        if (Lists is < 1 or > MostLists)
            return new("lists", Lists, $"must be 1 to {MostLists}");
        if (MaxLists is not null && Exact == true)
            return new("max_lists", MaxLists, "must not be given with exact, which reads every list");
        if (MaxLists is < 1 or > MostLists)
            return new("max_lists", MaxLists, $"must be 1 to {MostLists}");
        if (BudgetMs is not null and not (>= MinBudgetMs and <= MaxBudgetMs))
            return new("budget_ms", BudgetMs, $"must be {MinBudgetMs} to {MaxBudgetMs}");
        if (Candidates < Neighbours || Candidates > MaxCandidates)
            return new("candidates", Candidates, $"must be k, which is {Neighbours}, to {MaxCandidates}");
        if (DeadlineMs is < 1 or > MaxDeadlineMs)
            return new("deadline_ms", DeadlineMs, $"must be 1 to {MaxDeadlineMs}");
        if (HalfLifeSeconds is not null and not (>= MinHalfLifeSeconds and <= MaxHalfLifeSeconds))
            return new("half_life_seconds", HalfLifeSeconds, $"must be {MinHalfLifeSeconds} to {MaxHalfLifeSeconds}");
        return null;
    }
}
