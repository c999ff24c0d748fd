using Microsoft.AspNetCore.Mvc;
using Streaming.Memory;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Server.Composition;

namespace Streaming.Server.Api;

/// <summary>Search of the vector memory and look-ups in it; where this instance does not hold it, the question goes to one that does.</summary>
/// <param name="platform">This instance.</param>
/// <param name="elsewhere">An instance with the memory role; null when none was named.</param>
internal sealed class MemoryEndpoints(Platform platform, MemoryProxy? elsewhere)
{
    public static void Map(IEndpointRouteBuilder app, Platform platform, Uri? endpoint)
    {
        var memory = new MemoryEndpoints(platform, endpoint is null ? null : MemoryProxy.To(endpoint));
        app.MapGet("/v1/memory", memory.ListAsync);
        app.MapPost("/v1/memory/{name}/search", memory.SearchAsync);
        // Ids may hold slashes, so that the id is the rest of the path.
        app.MapGet("/v1/memory/{name}/entries/{**id}", memory.GetAsync);
    }

    private Task<IResult> ListAsync(HttpRequest http, CancellationToken cancellationToken) =>
        elsewhere is not null && platform.Namespaces.Count == 0
            ? elsewhere.AskAsync(http, cancellationToken)
            : Task.FromResult(Results.Json(new { namespaces = platform.Namespaces.Values.Select(NamespaceAnswer.Of) }));

    private async Task<IResult> SearchAsync(string name, SearchRequest request, CancellationToken cancellationToken)
    {
        if (request.Check() is { } violation)
            return Problem.Invalid(violation);
        if (UnknownModel(request.Version) is { } unknown)
            return unknown;
        var version = VersionOf(request.Version);
        var (vector, problem) = QueryVector.Resolve(platform, request, version);
        if (problem is not null)
            return problem;
        var namespaces = platform.NamespacesOf(version);
        if (namespaces.TryGetValue(name, out var space))
            return Search(space, vector!, request);
        return NotHere(name, namespaces)
            ?? await elsewhere!.SearchAsync(name, request with { Vector = vector, UserId = null, CreativeId = null, Text = null }, cancellationToken);
    }

    private async Task<IResult> GetAsync(
        HttpRequest http, string name, string id, string? version, [FromQuery(Name = "as_of")] string? asOf, bool? vector, CancellationToken cancellationToken)
    {
        if (UnknownModel(version) is { } unknown)
            return unknown;
        var namespaces = platform.NamespacesOf(VersionOf(version));
        if (namespaces.TryGetValue(name, out var space))
            return Get(space, id, asOf, vector ?? false);
        return NotHere(name, namespaces) ?? await elsewhere!.AskAsync(http, cancellationToken);
    }

    private IResult Search(VectorNamespace space, float[] vector, SearchRequest request)
    {
        if (VectorRules.Check(vector, space.Options) is { } bad)
            return Problem.Invalid(bad.Field, bad.Value, $"must be {bad.Rule}");
        var (snapshot, problem) = MemorySnapshots.Take(space, request.AsOf, platform.Clock.GetUtcNow());
        if (problem is not null)
            return problem;
        using (snapshot)
        {
            var options = request.Options;
            var started = platform.Clock.GetTimestamp();
            var found = snapshot!.Search(vector, request.Neighbours, options);
            platform.Metrics.Memory.Searched(space.Options.Name, options.Exact, platform.Clock.GetElapsedTime(started));
            return Results.Json(SearchAnswer.Of(space.Options.Name, snapshot, found));
        }
    }

    private IResult Get(VectorNamespace space, string id, string? asOf, bool withVector)
    {
        var (snapshot, problem) = MemorySnapshots.Take(space, asOf, platform.Clock.GetUtcNow());
        if (problem is not null)
            return problem;
        using (snapshot)
        {
            return snapshot!.TryGet(id, out var entry)
                ? Results.Json(MemoryEntryAnswer.Of(space.Options.Name, snapshot, entry, withVector))
                : Problem.NotFound($"namespace '{space.Options.Name}' has no entry '{id}' in version {snapshot.Version}");
        }
    }

    private IResult? UnknownModel(string? version) =>
        version is null || platform.Versions.Known.Any(v => v.ModelVersion == version)
            ? null
            : CreativeVersionProblem.NotKnown(version, platform.Versions.Known.Select(v => v.ModelVersion));

    private CreativeVersion? VersionOf(string? version) =>
        version is null ? platform.Versions.RunningInEffect : platform.Versions.Running.GetValueOrDefault(version);

    // Null = ask the other instance.
    private IResult? NotHere(string name, IReadOnlyDictionary<string, VectorNamespace> namespaces)
    {
        if (namespaces.Count > 0)
            return Problem.NotFound($"namespace '{name}' does not exist here; there are: {string.Join(", ", namespaces.Keys)}");
        return elsewhere is not null
            ? null
            : Problem.NotHere($"namespace '{name}' is kept by the memory role, which this instance does not have: ask one that has, or name it with --memory-endpoint");
    }
}
