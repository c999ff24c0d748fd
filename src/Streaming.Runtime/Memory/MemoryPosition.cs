namespace Streaming.Runtime.Memory;

/// <summary>Where a write came from: its partition and offset.</summary>
public readonly record struct MemoryPosition(string Source, long Offset);
