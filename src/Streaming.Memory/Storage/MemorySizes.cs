namespace Streaming.Memory.Storage;

/// <summary>What the metrics read of a version.</summary>
internal readonly record struct MemorySizes(int StoredRows, int Tombstones, long SizeBytes);
