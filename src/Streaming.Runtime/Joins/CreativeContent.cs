using Streaming.Core.Contracts;

namespace Streaming.Runtime.Joins;

/// <summary>What a user task takes over from a creative's features. Immutable.</summary>
/// <param name="Version">Version of the creative features.</param>
/// <param name="Embedding">The creative's embedding.</param>
/// <param name="SemanticId">Its semantic ID of the table's codebook, or null.</param>
public sealed record CreativeContent(long Version, ReadOnlyMemory<float> Embedding, SemanticId? SemanticId);
