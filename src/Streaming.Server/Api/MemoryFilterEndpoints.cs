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
/// <param name="platform">This instance.</param>
/// <param name="elsewhere">An instance with the memory role; null when none was named.</param>
internal sealed class MemoryFilterEndpoints(Platform platform, MemoryProxy? elsewhere)
{
    public static void Map(IEndpointRouteBuilder app, Platform platform, Uri? endpoint)
    {
        var filters = new MemoryFilterEndpoints(platform, endpoint is null ? null : MemoryProxy.To(endpoint));
        app.MapGet("/v1/memory/{name}/entries", filters.CountAsync);
        app.MapDelete("/v1/memory/{name}/entries", filters.DeleteAsync);
    }

    private async Task<IResult> CountAsync(HttpRequest http, string name, CancellationToken cancellationToken)
    {
        var (where, problem) = Filter(http);
        if (problem is not null)
            return problem;
        if (!platform.Namespaces.TryGetValue(name, out VectorNamespace? space))
            return elsewhere is not null && platform.Namespaces.Count == 0 ? await elsewhere.AskAsync(http, cancellationToken) : Unknown(name);
        using var snapshot = space.Snapshot();
        return Results.Json(new { @namespace = name, matching = snapshot.CountWhere(where!), snapshot.Version });
    }

    private async Task<IResult> DeleteAsync(HttpRequest http, string name)
    {
        var (where, problem) = Filter(http);
        if (problem is not null)
            return problem;
        if (platform.Topology.Memory.All(n => n.Name != name))
            return Unknown(name);
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

    private IResult Unknown(string name) =>
        Problem.NotFound($"namespace '{name}' does not exist here; there are: {string.Join(", ", platform.Topology.Memory.Select(n => n.Name))}");
}
