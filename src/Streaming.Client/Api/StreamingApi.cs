using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Streaming.Client.Api;

/// <summary>
/// Asks a running platform over HTTP: searches of the vector memory, its entries, users and creatives. Any instance answers for all. Safe for any thread.
/// </summary>
/// <remarks>
/// Questions change nothing, so each may be repeated. Besides what each method names, all of them throw <see cref="HttpRequestException"/> when nobody answers, and
/// <see cref="OperationCanceledException"/> when cancelled or beyond the client's own time-out.
/// </remarks>
/// <param name="http">With the platform's base address, such as <c>http://streaming:8080/</c>; the caller's, who disposes it.</param>
public sealed class StreamingApi(HttpClient http)
{
    /// <summary>Names as in the API; what is null is left out.</summary>
    internal static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The nearest entries of a namespace. Look at <see cref="SearchAnswer.Partial"/>: an answer may lack what an instance holds that does not answer now.</summary>
    /// <exception cref="ApiException">The request is refused, or nobody who holds the namespace answers.</exception>
    public async Task<SearchAnswer> SearchAsync(string @namespace, SearchRequest request, CancellationToken cancellationToken = default)
    {
        using var content = JsonContent.Create(request, options: Json);
        using var answer = await http.PostAsync($"v1/memory/{Segment(@namespace)}/search", content, cancellationToken).ConfigureAwait(false);
        return await ReadAsync<SearchAnswer>(answer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One entry by its key, with or without a vector: a look-up of a fact.</summary>
    /// <param name="namespace">Where it is.</param>
    /// <param name="id">Its key.</param>
    /// <param name="withVector">Bring its vector too.</param>
    /// <param name="asOf">An older version; null = the newest.</param>
    /// <param name="version">The creative model, in a namespace of the creatives; null = the one in effect.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when there is no such entry.</returns>
    /// <exception cref="ApiException">There is no such namespace or version, or the entry's owner does not answer.</exception>
    public Task<MemoryEntry?> FindEntryAsync(
        string @namespace, string id, bool withVector = false, AsOf? asOf = null, string? version = null, CancellationToken cancellationToken = default)
    {
        // A slash in an id is a slash in the path.
        var key = string.Join('/', id.Split('/').Select(Segment));
        return FindAsync<MemoryEntry>($"v1/memory/{Segment(@namespace)}/entries/{key}?vector={(withVector ? "true" : "false")}{Query("as_of", asOf?.ToString())}{Query("version", version)}", cancellationToken);
    }

    /// <summary>A user's newest features, from an instance with the api role.</summary>
    /// <returns>Null when the user has none.</returns>
    /// <exception cref="ApiException">The instance has no api role.</exception>
    public Task<User?> FindUserAsync(string id, CancellationToken cancellationToken = default) =>
        FindAsync<User>($"v1/users/{Segment(id)}", cancellationToken);

    /// <summary>A user's newest events.</summary>
    /// <param name="id">The user.</param>
    /// <param name="limit">Events wanted, 1 to 1,000; null = 50.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when the user has none.</returns>
    /// <exception cref="ApiException">The limit is refused, or the user's owner does not answer.</exception>
    public Task<UserHistory?> FindHistoryAsync(string id, int? limit = null, CancellationToken cancellationToken = default) =>
        FindAsync<UserHistory>(FormattableString.Invariant($"v1/users/{Segment(id)}/history{(limit is { } most ? $"?limit={most}" : "")}"), cancellationToken);

    /// <summary>A creative's newest features, from an instance with the api role.</summary>
    /// <param name="id">The creative.</param>
    /// <param name="version">The creative model; null = the one in effect.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when the creative has none.</returns>
    /// <exception cref="ApiException">There is no such creative model, or the instance has no api role.</exception>
    public Task<Creative?> FindCreativeAsync(string id, string? version = null, CancellationToken cancellationToken = default) =>
        FindAsync<Creative>($"v1/creatives/{Segment(id)}?{Query("version", version)}", cancellationToken);

    private async Task<T?> FindAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        using var answer = await http.GetAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadAsync<T>(answer, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e is { Status: HttpStatusCode.NotFound, Field: null, IsFromPlatform: true })
        {
            // The key is what does not exist; another field would be named.
            return null;
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
            throw await ApiException.OfAsync(answer, cancellationToken).ConfigureAwait(false);
        return (await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken).ConfigureAwait(false))!;
    }

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    // These two would be taken out of the path, and the question be another.
    private static string Segment(string text) =>
        text is "." or ".." ? throw new ArgumentException($"'{text}' cannot be asked for in a path") : Uri.EscapeDataString(text);
}
