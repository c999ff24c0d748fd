using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Streaming.Server.Output;

namespace Streaming.Server.Routing;

/// <summary>Asks other instances, a bounded number of questions at once; the caller's token is the deadline.</summary>
internal sealed class InstanceClient : IDisposable
{
    private const int MostQuestions = 256;

    private readonly SemaphoreSlim _room = new(MostQuestions);
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Asks one instance.</summary>
    /// <param name="method">GET, or POST with a body.</param>
    /// <param name="address">Its base address.</param>
    /// <param name="path">With its query.</param>
    /// <param name="body">As JSON; null = none.</param>
    /// <param name="cancellationToken">Ends the wait, which is told as any other failure is.</param>
    /// <param name="authorization">What the caller may, where that is asked for.</param>
    public async Task<InstanceReply<T>> AskAsync<T>(HttpMethod method, string address, string path, object? body, CancellationToken cancellationToken, string? authorization = null)
        where T : class
    {
        try
        {
            await _room.WaitAsync(cancellationToken);
            try
            {
                using var request = new HttpRequestMessage(method, address + path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), null, Answer.Json) };
                if (!string.IsNullOrEmpty(authorization))
                    request.Headers.TryAddWithoutValidation("Authorization", authorization);
                using var answer = await _http.SendAsync(request, cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return new(await answer.Content.ReadFromJsonAsync<T>(Answer.Json, cancellationToken), null, null);
                return await RefusalAsync<T>(answer, cancellationToken);
            }
            finally
            {
                _room.Release();
            }
        }
        catch (OperationCanceledException)
        {
            return new(null, null, "did not answer in time");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            return new(null, null, e.Message);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _room.Dispose();
    }

    // What is wrong with the question is wrong everywhere; anything else is this one instance's failure.
    private static async Task<InstanceReply<T>> RefusalAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
        where T : class
    {
        var detail = $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return new(null, null, detail);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        detail = Told("detail") ?? detail;
        return answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Conflict
            ? new(null, Api.Problem.Named((int)answer.StatusCode, detail, Told("field"), Told("value"), Told("rule")), null)
            : new(null, null, detail);

        string? Told(string name) => problem.RootElement.TryGetProperty(name, out var told) ? told.ToString() : null;
    }
}
