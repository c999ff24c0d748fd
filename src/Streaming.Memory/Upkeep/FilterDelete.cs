namespace Streaming.Memory.Upkeep;

/// <summary>The remembered deletes of one filter. Immutable.</summary>
/// <param name="Where">The filter.</param>
/// <param name="Stamps">The newest delete of each source that deleted by it.</param>
internal sealed record FilterDelete(IReadOnlyDictionary<string, string> Where, WriteStamp[] Stamps);
