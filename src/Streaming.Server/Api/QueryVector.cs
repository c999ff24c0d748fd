using Streaming.Server.Composition;

namespace Streaming.Server.Api;

/// <summary>The vector that a search asks with: given, or the embedding of a user, a creative or words.</summary>
internal static class QueryVector
{
    public static (float[]? Vector, IResult? Problem) Resolve(Platform platform, SearchRequest request)
    {
        object?[] given = [request.Vector, request.UserId, request.CreativeId, request.Text];
        if (given.Count(g => g is not null) != 1)
            return (null, Problem.Invalid("vector, user_id, creative_id, text", given.Count(g => g is not null), "exactly one must be given"));
        if (request.Vector is not null)
            return (request.Vector, null);
        if (request.Text is not null)
            return (Encode(platform, request.Text), null);
        if (platform.UserView is null)
            return (null, Problem.NotHere("this instance has no api role: give a vector or a text, or ask one that has"));
        return request.UserId is not null
            ? Found(platform.UserView.Find(request.UserId)?.Embedding, $"user '{request.UserId}' has no features")
            : Found(platform.CreativeView!.Find(request.CreativeId!)?.Embedding, $"creative '{request.CreativeId}' has no features");
    }

    private static float[] Encode(Platform platform, string text)
    {
        var vector = new float[platform.Models.Encoder.Dimension];
        platform.Models.Encoder.Encode([text], vector);
        return vector;
    }

    private static (float[]? Vector, IResult? Problem) Found(IEnumerable<float>? embedding, string otherwise) =>
        embedding is null ? (null, Problem.NotFound(otherwise)) : ([.. embedding], null);
}
