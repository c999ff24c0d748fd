namespace Streaming.Models.Encoders;

/// <summary>The tokens of one text of a batch.</summary>
/// <param name="Index">The text's place among those that were asked for.</param>
/// <param name="Ids">At least one.</param>
internal readonly record struct TokenBag(int Index, long[] Ids);
