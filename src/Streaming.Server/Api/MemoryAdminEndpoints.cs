using Microsoft.AspNetCore.Mvc;
using Streaming.Memory;
using Streaming.Server.Composition;
using Streaming.Server.Routing;

namespace Streaming.Server.Api;

/// <summary>Upkeep and snapshots of the memory that operators ask for: of all instances that hold a part, or with <c>local</c> of this one alone. Asking again does no harm.</summary>
internal sealed class MemoryAdminEndpoints(Platform platform, GatheredMemory gathered)
{
    private const int DefaultWithinSeconds = 30;
    private const int MaxWithinSeconds = 600;
    private static readonly TimeSpan Answering = TimeSpan.FromSeconds(10);

    private readonly NamespaceUpkeep _upkeep = new(platform);

    public static void Map(IEndpointRouteBuilder app, Platform platform, GatheredMemory gathered, AdminAccess access)
    {
        var admin = new MemoryAdminEndpoints(platform, gathered);
        var routes = app.MapGroup("/v1/memory/{name}").AddEndpointFilter(access);
        routes.MapPost("/retrain", admin.RetrainAsync);
        routes.MapPost("/compact", admin.CompactAsync);
        routes.MapPost("/snapshot", admin.SnapshotAsync);
    }

    private Task<IResult> RetrainAsync(HttpRequest http, string name, string? version, bool? local, CancellationToken cancellationToken) =>
        DoAsync(http, name, version, local, Answering, RetrainHereAsync, cancellationToken);

    private Task<IResult> CompactAsync(
        HttpRequest http, string name, string? version, bool? local, [FromQuery(Name = "within_seconds")] int? seconds, CancellationToken cancellationToken)
    {
        if (Within(seconds, out var within) is { } problem)
            return Task.FromResult(problem);
        return DoAsync(http, name, version, local, within + Answering, (space, role, token) => CompactHereAsync(space, role, within, token), cancellationToken);
    }

    private Task<IResult> SnapshotAsync(
        HttpRequest http, string name, string? version, bool? local, [FromQuery(Name = "within_seconds")] int? seconds, CancellationToken cancellationToken)
    {
        if (Within(seconds, out var within) is { } problem)
            return Task.FromResult(problem);
        // The topology is the same everywhere, so that nobody needs to be asked.
        if (platform.Topology.Memory.Find(n => n.Name == name) is { } options && options.Snapshots.Interval == TimeSpan.Zero)
            return Task.FromResult(Problem.Conflict($"memory.{name}.snapshots.interval = '0s': the topology keeps no snapshots of this namespace"));
        return DoAsync(http, name, version, local, within + Answering, (space, role, token) => SnapshotHereAsync(space, role, within, token), cancellationToken);
    }

    private static IResult? Within(int? seconds, out TimeSpan within)
    {
        within = TimeSpan.FromSeconds(seconds ?? DefaultWithinSeconds);
        return seconds is < 1 or > MaxWithinSeconds ? Problem.Invalid("within_seconds", seconds, $"must be 1 to {MaxWithinSeconds}") : null;
    }

    private async Task<IResult> DoAsync(
        HttpRequest http, string name, string? version, bool? local, TimeSpan deadline, Func<VectorNamespace, string, CancellationToken, Task<UpkeepPart?>> work, CancellationToken cancellationToken)
    {
        var (place, unknown) = NamespacePlace.Find(platform, name, version);
        if (unknown is not null)
            return unknown;
        if (local != true)
            return await gathered.DoAsync(place!, http, deadline, HereAsync, cancellationToken);
        return place!.Here is null ? place.NotHere : (await HereAsync()) switch
        {
            { Failure: { } failure } => Problem.Unavailable(failure),
            var done => Results.Json(done.Answer),
        };

        // A role that has failed answers nothing any more.
        async Task<InstanceReply<UpkeepPart>> HereAsync()
        {
            using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            time.CancelAfter(deadline);
            try
            {
                return await work(place!.Here!, place.Inputs.Role, time.Token) is { } part ? new(part, null, null) : new(null, null, "owns nothing of it any more");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return new(null, null, "did not answer in time");
            }
        }
    }

    private async Task<UpkeepPart?> RetrainHereAsync(VectorNamespace space, string role, CancellationToken cancellationToken) =>
        await _upkeep.RetrainAsync(space, role, cancellationToken) is null ? null : new(space.LiveEntries, Training: space.Lists > 1);

    private async Task<UpkeepPart?> CompactHereAsync(VectorNamespace space, string role, TimeSpan within, CancellationToken cancellationToken)
    {
        var (rows, bytes) = (space.StoredRows, space.SizeBytes);
        if (await _upkeep.CompactAsync(space, role, within, cancellationToken) is not { } complete)
            return null;
        return new(space.LiveEntries, Complete: complete, RowsBefore: rows, Rows: space.StoredRows, SizeBytesBefore: bytes, SizeBytes: space.SizeBytes);
    }
    private async Task<UpkeepPart?> SnapshotHereAsync(VectorNamespace space, string role, TimeSpan within, CancellationToken cancellationToken)
    {
        // One is written at a publish, which comes while a partition is owned.
        if (platform.Positions(role).Count == 0)
            return null;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(within);
        try
        {
            var written = await platform.SnapshotsOf(space).RequestAsync(time.Token);
            return new(written.Entries, Version: written.Version, Bytes: written.Bytes, Path: written.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(space.LiveEntries, Reason: e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(space.LiveEntries, Reason: $"not written within {within.TotalSeconds:0} s; it is written as soon as it can be");
        }
    }
}
