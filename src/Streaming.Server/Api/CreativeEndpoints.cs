using Streaming.Server.Composition;

namespace Streaming.Server.Api;

/// <summary>Features of creatives, from the view of the feature topic.</summary>
internal static class CreativeEndpoints
{
    public static void Map(IEndpointRouteBuilder app, Platform platform) =>
        app.MapGet("/v1/creatives/{id}", (string id, string? version) =>
        {
            if (platform.CreativeView is not { } view)
                return Problem.NotHere("this instance has no api role: ask one that has");
            if (version is not null && !view.Versions.Contains(version))
                return CreativeVersionProblem.NotKnown(version, view.Versions);
            return (version is null ? view.Find(id) : view.Find(id, version)) is { } features
                ? Results.Json(CreativeAnswer.Of(features))
                : Problem.NotFound($"creative '{id}' has no features{(version is null ? "" : $" of creative model '{version}'")}");
        });
}
