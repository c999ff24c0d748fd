namespace Streaming.Memory.Versions;

/// <summary>What the metrics read of a version.</summary>
internal readonly record struct MemorySizes(int LiveEntries, int Tombstones);
