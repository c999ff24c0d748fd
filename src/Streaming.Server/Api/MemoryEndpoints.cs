using Microsoft.AspNetCore.Mvc;
using Streaming.Memory;
using Streaming.Server.Composition;
using Streaming.Server.Routing;

namespace Streaming.Server.Api;

/// <summary>Search of the vector memory and look-ups in it. Any instance answers for all of them; with <c>local</c> it answers for itself alone.</summary>
internal sealed class MemoryEndpoints(Platform platform, LocalMemory held, GatheredMemory gathered)
{
    public static void Map(IEndpointRouteBuilder app, Platform platform, InstanceRouter router, InstanceClient client)
    {
        var local = new LocalMemory(platform);
        var memory = new MemoryEndpoints(platform, local, new GatheredMemory(platform, local, router, client));
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
        var (inputs, here, unknown) = Find(name, request.Version);
        if (unknown is not null)
            return unknown;
        var (vectors, problem) = QueryVector.Resolve(platform, request, VersionOf(request.Version));
        if (problem is not null)
            return problem;
        return await gathered.SearchAsync(inputs!, here, request with { Vector = null, Vectors = vectors, UserId = null, CreativeId = null, Text = null }, cancellationToken);
    }

    private IResult SearchHere(string name, SearchRequest request)
    {
        var (inputs, here, unknown) = Find(name, request.Version);
        if (unknown is not null)
            return unknown;
        return here is null ? NotHere(name) : Json(held.Search(here, inputs!, request));
    }

    private async Task<IResult> GetAsync(
        HttpRequest http, string name, string id, string? version, [FromQuery(Name = "as_of")] string? asOf, bool? vector, bool? local, CancellationToken cancellationToken)
    {
        var (inputs, here, unknown) = Find(name, version);
        if (unknown is not null)
            return unknown;
        if (local == true)
            return here is null ? NotHere(name) : Json(Ask(here));
        return await gathered.GetAsync(inputs!, here, id, Ask, http.Path.ToUriComponent() + http.QueryString.Add("local", "true").ToUriComponent(), cancellationToken);

        InstanceReply<MemoryEntryAnswer> Ask(VectorNamespace space) => held.Get(space, inputs!, id, asOf, vector ?? false);
    }

    /// <summary>The namespace under a creative model: where its entries come from, and the part that this instance holds, if any.</summary>
    private (NamespaceInputs? Inputs, VectorNamespace? Here, IResult? Unknown) Find(string name, string? version)
    {
        if (version is not null && platform.Versions.Known.All(v => v.ModelVersion != version))
            return (null, null, CreativeVersionProblem.NotKnown(version, platform.Versions.Known.Select(v => v.ModelVersion)));
        var model = VersionOf(version);
        return NamespaceInputs.Of(platform, name, model) is { } inputs
            ? (inputs, platform.NamespacesOf(model).GetValueOrDefault(name), null)
            : (null, null, Problem.NotFound($"namespace '{name}' does not exist; there are: {string.Join(", ", platform.Topology.Memory.Select(n => n.Name))}"));
    }

    private CreativeVersion? VersionOf(string? version) =>
        version is null ? platform.Versions.RunningInEffect : platform.Versions.Running.GetValueOrDefault(version);

    private static IResult NotHere(string name) => Problem.NotHere($"namespace '{name}' is kept by the memory role, which this instance does not have");

    private static IResult Json<T>(InstanceReply<T> reply)
        where T : class => reply.Refusal ?? (reply.Failure is { } failure ? Problem.Unavailable(failure) : Results.Json(reply.Answer));
}
