using System.CommandLine;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Streaming.Server.Commands;

/// <summary>How <c>user</c>, <c>creative</c>, <c>search</c> and <c>memory</c> ask a running instance.</summary>
internal sealed class ApiClient
{
    // As long as a compaction may take, and a little.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(630);

    private readonly Option<Uri?> _url = UrlOption.Create("--api", "A running instance with the api role", "http://127.0.0.1:8080");

    public ApiClient(Command command) => command.Options.Add(_url);

    /// <returns>The answer, or null when what was asked for does not exist; then the reason was printed.</returns>
    /// <exception cref="HttpRequestException">No instance answers, or it refuses.</exception>
    public async Task<JsonNode?> AskAsync(ParseResult result, string path, object? body, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = result.GetValue(_url), Timeout = Timeout };
        if (Api.AdminAccess.TokenOfEnvironment is { } token)
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = body is null
            ? await http.GetAsync(path, cancellationToken)
            : await http.PostAsJsonAsync(path, body, Output.Answer.Json, cancellationToken);
        var content = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.IsSuccessStatusCode)
            return JsonNode.Parse(content);
        var detail = Detail(content) ?? $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
        if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Gone))
            throw new HttpRequestException(detail, null, answer.StatusCode);
        await Console.Error.WriteLineAsync($"streaming: {detail}");
        return null;
    }

    private static string? Detail(string content)
    {
        try
        {
            return (string?)JsonNode.Parse(content)?["detail"];
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
