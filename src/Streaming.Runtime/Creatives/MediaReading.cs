using Streaming.Runtime.Tasks;

namespace Streaming.Runtime.Creatives;

/// <summary>A creative's pictures, or why it is rejected.</summary>
/// <param name="Media">Owned by the receiver; null when rejected.</param>
/// <param name="Rejection">Null when read.</param>
public readonly record struct MediaReading(ICreativeMedia? Media, Rejection? Rejection);
