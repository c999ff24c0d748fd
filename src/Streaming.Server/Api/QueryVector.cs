using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Server.Composition;

namespace Streaming.Server.Api;

/// <summary>The vectors that a search asks with: given, or the embedding of a user, a creative or words.</summary>
internal static class QueryVector
{
    /// <param name="platform">This instance.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="version">The creative model whose space is searched; null = the topology's.</param>
    public static (float[][]? Vectors, IResult? Problem) Resolve(Platform platform, SearchRequest request, CreativeVersion? version)
    {
        object?[] given = [request.Vector, request.Vectors, request.UserId, request.CreativeId, request.Text];
        if (given.Count(g => g is not null) != 1)
            return (null, Problem.Invalid("vector, vectors, user_id, creative_id, text", given.Count(g => g is not null), "exactly one must be given"));
        if (request.Vectors is not null)
            return (request.Vectors, null);
        if (request.Vector is not null)
            return ([request.Vector], null);
        var encoder = version?.Model.Encoder ?? platform.Models.Encoder;
        if (request.Text is not null)
            return ([Encode(encoder, request.Text)], null);
        if (platform.UserView is null)
            return (null, Problem.NotHere("this instance has no api role: give a vector or a text, or ask one that has"));
        return request.UserId is not null
            ? OfUser(platform.UserView.Find(request.UserId), request.UserId, encoder)
            : OfCreative(request.Version is { } asked ? platform.CreativeView!.Find(request.CreativeId!, asked) : platform.CreativeView!.Find(request.CreativeId!), request.CreativeId!);
    }

    private static float[] Encode(CreativeEncoder encoder, string text)
    {
        var vector = new float[encoder.Dimension];
        encoder.Encode([text], vector);
        return vector;
    }

    // A user's embedding is in the space of one encoder; in another's, its neighbours would mean nothing.
    private static (float[][]? Vectors, IResult? Problem) OfUser(UserFeatures? features, string userId, CreativeEncoder encoder) => features switch
    {
        null => (null, Problem.NotFound("user_id", userId, $"user '{userId}' has no features")),
        { EncoderVersion: { Length: > 0 } own } when own != encoder.Version =>
            (null, Problem.Invalid("user_id", userId, $"has an embedding of encoder '{own}' until its next event, and the creatives searched have '{encoder.Version}'")),
        _ => ([[.. features.Embedding]], null),
    };

    private static (float[][]? Vectors, IResult? Problem) OfCreative(CreativeFeatures? features, string creativeId) =>
        features is null ? (null, Problem.NotFound("creative_id", creativeId, $"creative '{creativeId}' has no features")) : ([[.. features.Embedding]], null);
}
