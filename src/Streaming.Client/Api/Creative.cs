using System.Text.Json.Nodes;

namespace Streaming.Client.Api;

/// <summary>A creative's newest features.</summary>
/// <param name="CreativeId">The creative.</param>
/// <param name="Version">A lower one is older.</param>
/// <param name="Title">Its title.</param>
/// <param name="Category">Its category.</param>
/// <param name="AdvertiserId">Whose it is.</param>
/// <param name="EncoderVersion">The encoder whose space the embedding is in.</param>
/// <param name="CodebookVersion">Of the semantic ID.</param>
/// <param name="EventTimeMs">Unix milliseconds, UTC.</param>
/// <param name="ValidFromMs">First instant at which it is shown; Unix milliseconds, 0 = always.</param>
/// <param name="ValidUntilMs">First instant at which it is not shown any more; Unix milliseconds, 0 = never.</param>
/// <param name="Embedding">The embedding.</param>
/// <param name="SemanticId">Codes and ordinal, joined by '-'.</param>
/// <param name="Tags">What was detected, with the names of the schema's CreativeTags.</param>
public sealed record Creative(
    string CreativeId,
    long Version,
    string Title,
    string Category,
    string AdvertiserId,
    string EncoderVersion,
    string CodebookVersion,
    long EventTimeMs,
    long ValidFromMs,
    long ValidUntilMs,
    IReadOnlyList<float> Embedding,
    string? SemanticId = null,
    JsonObject? Tags = null);
