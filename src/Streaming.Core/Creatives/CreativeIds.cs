using Streaming.Core.Contracts;
using Streaming.Core.Registry;

namespace Streaming.Core.Creatives;

/// <summary>What a comparison of creative models needs of one creative's features.</summary>
/// <param name="Version">Offset of the creative that made them.</param>
/// <param name="Codes">Codes of the semantic ID, coarse to fine; empty without one.</param>
/// <param name="Collision">Ordinal of the semantic ID.</param>
/// <param name="Made">The models that made them.</param>
public sealed record CreativeIds(long Version, IReadOnlyList<uint> Codes, uint Collision, CreativeModelVersions Made)
{
    /// <summary>Takes them out of a record.</summary>
    public static CreativeIds Of(CreativeFeatures features) => new(
        features.Version,
        features.SemanticId is { } id ? [.. id.Codes] : [],
        features.SemanticId?.Collision ?? 0,
        new(features.EncoderVersion, features.CodebookVersion));
}
