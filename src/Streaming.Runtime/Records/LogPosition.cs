namespace Streaming.Runtime.Records;

/// <summary>What a log holds at an offset that was asked for.</summary>
/// <param name="StartOffset">Oldest retained offset.</param>
/// <param name="EndOffset">Offset of the next record to be appended.</param>
/// <param name="Record">The record at the offset; null when it is not retained, compacted away or not yet there.</param>
public readonly record struct LogPosition(long StartOffset, long EndOffset, InputRecord? Record);
