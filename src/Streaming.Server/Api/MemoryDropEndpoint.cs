using System.Globalization;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Server.Composition;

namespace Streaming.Server.Api;

/// <summary>
/// Drops what a namespace holds: sent to <c>memory-updates</c>, like a delete by filter, so that every instance does it and a restart does not bring it back.
/// The namespace itself is the topology's and stays, empty.
/// </summary>
internal sealed class MemoryDropEndpoint(Platform platform)
{
    public static void Map(IEndpointRouteBuilder app, Platform platform, AdminAccess access) =>
        app.MapPost("/v1/memory/{name}/drop", new MemoryDropEndpoint(platform).DropAsync).AddEndpointFilter(access);

    private async Task<IResult> DropAsync(string name, string? confirm, string? version)
    {
        if (NamespacePlace.Find(platform, name, version).Unknown is { } unknown)
            return unknown;
        if (platform.Topology.Memory.Exists(n => n.Name == name && n.Creatives))
            return Problem.Invalid("namespace", name, "must not be one of the creatives, which come back with their features: withdraw them, or retire their creative model");
        if (confirm != name)
            return Problem.Invalid("confirm", confirm, $"must repeat the namespace, '{name}': all that it holds would be gone");
        var drop = new MemoryUpdate { Namespace = name, EventTimeMs = platform.Clock.GetUtcNow().ToUnixTimeMilliseconds(), Drop = new MemoryDrop() };
        try
        {
            await platform.Producer.SendAsync(drop);
        }
        catch (InvalidMessageException e)
        {
            return Problem.Invalid(e.Violation);
        }
        return Results.Json(new { @namespace = name, dropped_before = drop.EventTimeMs.ToString(CultureInfo.InvariantCulture) }, statusCode: StatusCodes.Status202Accepted);
    }
}
