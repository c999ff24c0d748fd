namespace Streaming.Client.Api;

/// <summary>A partition whose entries an answer lacks.</summary>
/// <param name="Partition">Such as memory-updates-3.</param>
/// <param name="Reason">Why its entries were not searched.</param>
/// <param name="Instance">The instance that owns it; null when none is known.</param>
public sealed record MissingPartition(string Partition, string Reason, string? Instance = null);
