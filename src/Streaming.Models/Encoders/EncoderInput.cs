using Streaming.Models.Media;

namespace Streaming.Models.Encoders;

/// <summary>What of a creative is encoded.</summary>
/// <param name="Text">Its text as <see cref="CreativeTextComposer"/> makes it; null = it has none.</param>
/// <param name="Image">Its picture, which stays the caller's; null = it has none.</param>
public readonly record struct EncoderInput(string? Text, DecodedImage? Image = null);
