namespace Streaming.Core.Registry;

/// <summary>What the features of one creative model carry. Embeddings of different encoders, and semantic IDs of different codebooks, are not comparable.</summary>
/// <param name="Encoder">encoder_version of its features.</param>
/// <param name="Codebook">codebook_version of its features.</param>
public readonly record struct CreativeModelVersions(string Encoder, string Codebook);
