using System.Net.Http.Json;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Server.Composition;
using Streaming.Server.Output;

namespace Streaming.Server.Api;

/// <summary>Search of the vector memory; where this instance does not hold it, the search goes to one that does, with the query resolved.</summary>
internal static class MemoryEndpoints
{
    private const int MaxNeighbours = 1_000;
    private static readonly TimeSpan ForwardTimeout = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder app, Platform platform, Uri? endpoint)
    {
        var http = endpoint is null ? null : new HttpClient { BaseAddress = endpoint, Timeout = ForwardTimeout };
        app.MapGet("/v1/memory", () => Results.Json(new { namespaces = platform.Namespaces.Values.Select(Describe) }));
        app.MapPost("/v1/memory/{name}/search", async (string name, SearchRequest request, CancellationToken cancellationToken) =>
        {
            if (request.K is < 1 or > MaxNeighbours)
                return Problem.Invalid("k", request.K, $"must be 1 to {MaxNeighbours}");
            if (request.Version is { } asked && platform.Versions.Known.All(v => v.ModelVersion != asked))
                return CreativeVersionProblem.NotKnown(asked, platform.Versions.Known.Select(v => v.ModelVersion));
            var version = request.Version is { } wanted ? platform.Versions.Running.GetValueOrDefault(wanted) : platform.Versions.RunningInEffect;
            var (vector, problem) = QueryVector.Resolve(platform, request, version);
            if (problem is not null)
                return problem;
            var namespaces = platform.NamespacesOf(version);
            if (namespaces.TryGetValue(name, out var space))
                return Search(space, vector!, request);
            if (http is null && namespaces.Count == 0)
                return Problem.NotHere($"namespace '{name}' is kept by the memory role, which this instance does not have: ask one that has, or name it with --memory-endpoint");
            if (http is null || namespaces.Count > 0)
                return Problem.NotFound($"namespace '{name}' does not exist here; there are: {string.Join(", ", namespaces.Keys)}");
            return await ForwardAsync(http, name, request with { Vector = vector, UserId = null, CreativeId = null, Text = null }, cancellationToken);
        });
    }

    private static IResult Search(VectorNamespace space, float[] vector, SearchRequest request)
    {
        if (VectorRules.Check(vector, space.Options) is { } bad)
            return Problem.Invalid(bad.Field, bad.Value, $"must be {bad.Rule}");
        var found = space.Search(vector, request.K ?? 10, new SearchOptions { Where = request.Where });
        return Results.Json(new { @namespace = space.Options.Name, found.Version, found.Neighbours });
    }

    private static async Task<IResult> ForwardAsync(HttpClient http, string name, SearchRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync($"/v1/memory/{Uri.EscapeDataString(name)}/search", request, Answer.Json, cancellationToken);
            return Results.Text(await answer.Content.ReadAsStringAsync(cancellationToken), answer.Content.Headers.ContentType?.ToString(), statusCode: (int)answer.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Results.Problem($"the memory at {http.BaseAddress} did not answer: {e.Message}", statusCode: StatusCodes.Status502BadGateway);
        }
    }

    private static object Describe(VectorNamespace space) => new
    {
        space.Options.Name,
        space.Options.Dimension,
#pragma warning disable CA1308 // Metrics are lower case in topologies.
        metric = space.Options.Metric.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
        space.Version,
        entries = space.LiveEntries,
        size_bytes = space.SizeBytes,
    };
}
