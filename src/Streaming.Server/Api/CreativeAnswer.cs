using System.Text.Json.Nodes;
using Google.Protobuf;
using Streaming.Core.Contracts;

namespace Streaming.Server.Api;

/// <summary>A creative's newest features as JSON.</summary>
internal sealed record CreativeAnswer(
    string CreativeId, long Version, string Title, string Category, string AdvertiserId, string? SemanticId, string EncoderVersion, string CodebookVersion,
    long EventTimeMs, long ValidFromMs, long ValidUntilMs, JsonNode? Tags, IReadOnlyList<float> Embedding)
{
    // Absent tags must stay absent, which the protobuf formatter knows and a record does not.
    private static readonly JsonFormatter TagFormatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    public static CreativeAnswer Of(CreativeFeatures features) => new(
        features.CreativeId, features.Version, features.Title, features.Category, features.AdvertiserId,
        features.SemanticId is { } id ? SemanticIds.Text(id) : null,
        features.EncoderVersion, features.CodebookVersion, features.EventTimeMs, features.ValidFromMs, features.ValidUntilMs,
        features.Tags is { } tags ? JsonNode.Parse(TagFormatter.Format(tags)) : null,
        features.Embedding);
}
