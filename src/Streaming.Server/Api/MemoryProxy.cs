using System.Net.Http.Json;
using Streaming.Server.Output;

namespace Streaming.Server.Api;

/// <summary>Asks another instance, which has the memory role, what this one does not hold.</summary>
/// <param name="http">Reaches it.</param>
internal sealed class MemoryProxy(HttpClient http)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <param name="endpoint">The other instance's base address.</param>
    public static MemoryProxy To(Uri endpoint) => new(new HttpClient { BaseAddress = endpoint, Timeout = Timeout });

    /// <summary>The same question.</summary>
    public Task<IResult> AskAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AskAsync(http.GetAsync(request.Path.ToUriComponent() + request.QueryString.ToUriComponent(), cancellationToken), cancellationToken);

    /// <summary>The same search, with the query resolved.</summary>
    public Task<IResult> SearchAsync(string name, SearchRequest request, CancellationToken cancellationToken) =>
        AskAsync(http.PostAsJsonAsync($"/v1/memory/{Uri.EscapeDataString(name)}/search", request, Answer.Json, cancellationToken), cancellationToken);

    private async Task<IResult> AskAsync(Task<HttpResponseMessage> asked, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await asked;
            return Results.Text(await answer.Content.ReadAsStringAsync(cancellationToken), answer.Content.Headers.ContentType?.ToString(), statusCode: (int)answer.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Results.Problem($"the memory at {http.BaseAddress} did not answer: {e.Message}", statusCode: StatusCodes.Status502BadGateway);
        }
    }
}
