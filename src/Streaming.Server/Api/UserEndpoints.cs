using Streaming.Server.Composition;

namespace Streaming.Server.Api;

/// <summary>Features of users (from the view of the feature topic) and their histories (from the task that owns them).</summary>
internal static class UserEndpoints
{
    private const int MaxHistory = 1_000;

    public static void Map(IEndpointRouteBuilder app, Platform platform)
    {
        app.MapGet("/v1/users/{id}", (string id) =>
        {
            if (platform.UserView is null)
                return Problem.NotHere("this instance has no api role: ask one that has");
            return platform.UserView.Find(id) is { } features ? Results.Json(UserAnswer.Of(features)) : Problem.NotFound($"user '{id}' has no features");
        });
        app.MapGet("/v1/users/{id}/history", async (string id, int? limit, CancellationToken cancellationToken) =>
        {
            if (limit is < 1 or > MaxHistory)
                return Problem.Invalid("limit", limit, $"must be 1 to {MaxHistory}");
            var partition = UserHistories.PartitionOf(platform, id);
            if (platform.ThreadOf("users") is not { } thread || thread.Positions.All(p => p.Partition != partition))
                return Problem.NotHere($"the history of user '{id}' is kept by the owner of {partition}, which is not this instance");
            var tokens = await UserHistories.NewestAsync(platform, id, limit ?? 50, cancellationToken);
            return tokens is null
                ? Problem.NotFound($"user '{id}' has no history")
                : Results.Json(new { user_id = id, events = tokens.Select(t => HistoryEvent.Of(t, c => platform.CreativeView?.Find(c))) });
        });
    }
}
