using System.Text.Json.Nodes;
using Streaming.Server.Composition;
using Streaming.Server.Routing;

namespace Streaming.Server.Api;

/// <summary>Features of users (from the view of the feature topic) and their histories (from the task that owns them, wherever it runs).</summary>
internal sealed class UserEndpoints(Platform platform, InstanceRouter router, InstanceClient client)
{
    private const int MaxHistory = 1_000;
    private static readonly TimeSpan HistoryDeadline = TimeSpan.FromSeconds(5);

    public static void Map(IEndpointRouteBuilder app, Platform platform, InstanceRouter router, InstanceClient client)
    {
        var users = new UserEndpoints(platform, router, client);
        app.MapGet("/v1/users/{id}", users.Get);
        app.MapGet("/v1/users/{id}/history", users.HistoryAsync);
    }

    private IResult Get(string id)
    {
        if (platform.UserView is null)
            return Problem.NotHere("this instance has no api role: ask one that has");
        return platform.UserView.Find(id) is { } features ? Results.Json(UserAnswer.Of(features)) : Problem.NotFound($"user '{id}' has no features");
    }

    private async Task<IResult> HistoryAsync(HttpRequest http, string id, int? limit, bool? local, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxHistory)
            return Problem.Invalid("limit", limit, $"must be 1 to {MaxHistory}");
        var partition = UserHistories.PartitionOf(platform, id);
        if (platform.Positions("users").All(p => p.Partition != partition))
        {
            return local == true
                ? Problem.NotHere($"the history of user '{id}' is kept by the owner of {partition}, which is not this instance")
                : await AskOwnerAsync(partition, id, http.Path.ToUriComponent() + http.QueryString.Add("local", "true").ToUriComponent(), cancellationToken);
        }
        var tokens = await UserHistories.NewestAsync(platform, id, limit ?? 50, cancellationToken);
        return tokens is null
            ? Problem.NotFound($"user '{id}' has no history")
            : Results.Json(new UserHistoryAnswer(id, [.. tokens.Select(t => HistoryEvent.Of(t, c => platform.CreativeView?.Find(c)))]));
    }

    private async Task<IResult> AskOwnerAsync(Runtime.Records.TopicPartition partition, string id, string path, CancellationToken cancellationToken)
    {
        if (router.Owners("users", [partition]).Keys.FirstOrDefault() is not { } owner)
            return Problem.Unavailable($"the history of user '{id}' is kept by the owner of {partition}, and nobody is known to own it");
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(HistoryDeadline);
        var reply = await client.AskAsync<JsonObject>(HttpMethod.Get, owner, path, null, time.Token);
        return reply.Refusal ?? (reply.Failure is { } failure ? Problem.Unavailable($"{owner}, which owns {partition}: {failure}") : Results.Json(reply.Answer));
    }
}
