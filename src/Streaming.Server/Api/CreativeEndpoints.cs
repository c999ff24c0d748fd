using Streaming.Server.Composition;

namespace Streaming.Server.Api;

/// <summary>Features of creatives, from the view of the feature topic.</summary>
internal static class CreativeEndpoints
{
    public static void Map(IEndpointRouteBuilder app, Platform platform) =>
        app.MapGet("/v1/creatives/{id}", (string id) =>
        {
            if (platform.CreativeView is null)
                return Problem.NotHere("this instance has no api role: ask one that has");
            return platform.CreativeView.Find(id) is { } features ? Results.Json(CreativeAnswer.Of(features)) : Problem.NotFound($"creative '{id}' has no features");
        });
}
