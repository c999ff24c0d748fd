namespace Streaming.Server.Api;

/// <summary>A partition whose entries an answer lacks.</summary>
/// <param name="Partition">Such as memory-updates-3.</param>
/// <param name="Instance">The instance that owns it; absent when none is known.</param>
/// <param name="Reason">Why its entries are not among those searched.</param>
internal sealed record MissingPartition(string Partition, string? Instance, string Reason);
