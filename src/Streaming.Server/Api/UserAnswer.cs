using Streaming.Core.Contracts;

namespace Streaming.Server.Api;

/// <summary>A user's newest features as JSON.</summary>
internal sealed record UserAnswer(
    string UserId, long Version, long EventTimeMs, string ModelVersion, bool Trained, long HistoryLength, bool Late, long SourceAppendTimeMs,
    string EncoderVersion, string CodebookVersion, IReadOnlyDictionary<string, double> Aggregates, IReadOnlyList<string> RecentSemanticIds, IReadOnlyList<float> Embedding)
{
    public static UserAnswer Of(UserFeatures features) => new(
        features.UserId, features.Version, features.EventTimeMs, features.ModelVersion, features.ModelTrained, features.HistoryLength, features.Late, features.SourceAppendTimeMs,
        features.EncoderVersion, features.CodebookVersion,
        features.Aggregates.ToDictionary(a => a.Name, a => a.Value),
        [.. features.RecentSemanticIds.Select(SemanticIds.Text)],
        features.Embedding);
}
