using System.Globalization;
using Streaming.Client;
using Streaming.Core.Contracts;
using Streaming.Core.Validation;
using Streaming.Memory;
using Streaming.Server.Composition;

namespace Streaming.Server.Api;

/// <summary>
/// The entries that a filter keeps: how many there are, and their delete, which is sent to <c>memory-updates</c> so that it outlives a restart of the
/// memory. <c>?where=name=value</c>, repeated.
/// </summary>
internal sealed class MemoryFilterEndpoints(Platform platform, GatheredMemory gathered)
{
    public static void Map(IEndpointRouteBuilder app, Platform platform, GatheredMemory gathered, AdminAccess access)
    {
        var filters = new MemoryFilterEndpoints(platform, gathered);
        app.MapGet("/v1/memory/{name}/entries", filters.CountAsync);
        app.MapDelete("/v1/memory/{name}/entries", filters.DeleteAsync).AddEndpointFilter(access);
    }

    private async Task<IResult> CountAsync(HttpRequest http, string name, bool? local, CancellationToken cancellationToken)
    {
        var (where, problem) = Filter(http);
        if (problem is not null)
            return problem;
        var (place, unknown) = NamespacePlace.Find(platform, name, null);
        if (unknown is not null)
            return unknown;
        if (local != true)
            return await gathered.CountAsync(place!, http, Count, cancellationToken);
        return place!.Here is { } here ? Results.Json(Count(here)) : place.NotHere;

        MatchingEntries Count(VectorNamespace space)
        {
            using var snapshot = space.Snapshot();
            return new(name, snapshot.CountWhere(where!));
        }
    }

    private async Task<IResult> DeleteAsync(HttpRequest http, string name)
    {
        var (where, problem) = Filter(http);
        if (problem is not null)
            return problem;
        if (NamespacePlace.Find(platform, name, null).Unknown is { } unknown)
            return unknown;
        var update = new MemoryUpdate
        {
            Namespace = name,
            EventTimeMs = platform.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
            DeleteWhere = new MemoryDeleteWhere { Attributes = { where } },
        };
        try
        {
            await platform.Producer.SendAsync(update);
        }
        catch (InvalidMessageException e)
        {
            return Problem.Invalid(e.Violation);
        }
        return Results.Json(new { @namespace = name, deleted_before = update.EventTimeMs.ToString(CultureInfo.InvariantCulture) }, statusCode: StatusCodes.Status202Accepted);
    }

    private static (Dictionary<string, string>? Where, IResult? Problem) Filter(HttpRequest http)
    {
        var (where, bad) = AttributePairs.Parse(http.Query["where"]);
        if (bad is not null)
            return (null, Problem.Invalid("where", bad, AttributePairs.Rule));
        return where!.Count > 0 ? (where, null) : (null, Problem.Invalid(new Violation("where", "", $"{AttributePairs.Rule}, at least once")));
    }
}
