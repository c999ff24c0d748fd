using System.Net;
using System.Text.Json;

namespace Streaming.Client.Api;

/// <summary>The platform refuses a question or cannot answer it now. The message is its own, and names field, value and rule where a field is wrong.</summary>
public sealed class ApiException : Exception
{
    private ApiException(HttpStatusCode status, string message, bool isFromPlatform)
        : base(message) => (Status, IsFromPlatform) = (status, isFromPlatform);

    /// <summary>400: the question breaks a rule; 404, 410: what a field names does not exist, or not any more; 421: ask another instance; 503: ask again.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The field that is wrong, as the API names it; null when none is.</summary>
    public string? Field { get; private init; }

    /// <summary>What the field had.</summary>
    public string? Value { get; private init; }

    /// <summary>What it must be.</summary>
    public string? Rule { get; private init; }

    /// <summary>True when the same question may be answered later.</summary>
    public bool IsTransient => Status is HttpStatusCode.ServiceUnavailable;

    /// <summary>False when something else answered, such as a proxy.</summary>
    internal bool IsFromPlatform { get; }

    internal static async Task<ApiException> OfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var otherwise = $"{answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode} {answer.ReasonPhrase}";
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return new(answer.StatusCode, otherwise, isFromPlatform: false);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
        return new(answer.StatusCode, Told("detail") ?? otherwise, isFromPlatform: true) { Field = Told("field"), Value = Told("value"), Rule = Told("rule") };

        string? Told(string name) => problem.RootElement.TryGetProperty(name, out var told) ? told.ToString() : null;
    }
}
