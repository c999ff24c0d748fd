using Microsoft.AspNetCore.Mvc;
using Streaming.Memory;
using Streaming.Server.Composition;
using Streaming.Server.Routing;

namespace Streaming.Server.Api;

/// <summary>Search of the vector memory and look-ups in it. Any instance answers for all of them; with <c>local</c> it answers for itself alone.</summary>
internal sealed class MemoryEndpoints(Platform platform, LocalMemory held, GatheredMemory gathered)
{
    public static void Map(IEndpointRouteBuilder app, Platform platform, LocalMemory local, GatheredMemory gathered)
    {
        var memory = new MemoryEndpoints(platform, local, gathered);
        app.MapGet("/v1/memory", memory.ListAsync);
        app.MapPost("/v1/memory/{name}/search", memory.SearchAsync);
        // Ids may hold slashes, so that the id is the rest of the path.
        app.MapGet("/v1/memory/{name}/entries/{**id}", memory.GetAsync);
        // What instances ask each other: the vectors are resolved, and the answer is one part.
        app.MapPost("/internal/memory/{name}/search", memory.SearchHere);
    }

    private Task<IResult> ListAsync(bool? local, CancellationToken cancellationToken)
    {
        if (local == true)
            return Task.FromResult(Results.Json(new NamespaceList(held.List())));
        var version = platform.Versions.RunningInEffect;
        return gathered.ListAsync([.. platform.Topology.Memory.Select(n => NamespaceInputs.Of(platform, n.Name, version)!)], "/v1/memory?local=true", cancellationToken);
    }

    private async Task<IResult> SearchAsync(string name, SearchRequest request, CancellationToken cancellationToken)
    {
        if (request.Check() is { } violation)
            return Problem.Invalid(violation);
        var (place, unknown) = NamespacePlace.Find(platform, name, request.Version);
        if (unknown is not null)
            return unknown;
        var (vectors, problem) = QueryVector.Resolve(platform, request, NamespacePlace.VersionOf(platform, request.Version));
        if (problem is not null)
            return problem;
        return await gathered.SearchAsync(place!, request with { Vector = null, Vectors = vectors, UserId = null, CreativeId = null, Text = null }, cancellationToken);
    }

    // While a promotion goes round, who asks and who is asked may be at different creative models, whose vectors must not meet.
    private IResult SearchHere(string name, string role, SearchRequest request)
    {
        var (place, unknown) = NamespacePlace.Find(platform, name, request.Version);
        if (unknown is not null)
            return unknown;
        if (place!.Here is null)
            return place.NotHere;
        return place.Inputs.Role == role
            ? Json(held.Search(place.Here, place.Inputs, request))
            : Problem.Unavailable($"is at another creative model: {place.Inputs.Role}");
    }

    private async Task<IResult> GetAsync(
        HttpRequest http, string name, string id, string? version, [FromQuery(Name = "as_of")] string? asOf, bool? vector, bool? local, CancellationToken cancellationToken)
    {
        var (place, unknown) = NamespacePlace.Find(platform, name, version);
        if (unknown is not null)
            return unknown;
        if (local == true)
            return place!.Here is null ? place.NotHere : Json(Ask(place.Here));
        return await gathered.GetAsync(place!, id, Ask, http.Path.ToUriComponent() + http.QueryString.Add("local", "true").ToUriComponent(), cancellationToken);

        InstanceReply<MemoryEntryAnswer> Ask(VectorNamespace space) => held.Get(space, place!.Inputs, id, asOf, vector ?? false);
    }

    private static IResult Json<T>(InstanceReply<T> reply)
        where T : class => reply.Refusal ?? (reply.Failure is { } failure ? Problem.Unavailable(failure) : Results.Json(reply.Answer));
}
