namespace Streaming.Memory.Snapshots;

/// <summary>How much of a source a snapshot holds.</summary>
/// <param name="Source">As in <see cref="WriteStamp.Source"/>.</param>
/// <param name="NextOffset">All writes of earlier offsets are in the snapshot; some later ones may be.</param>
/// <param name="LastOffset">Offset of the last record before <paramref name="NextOffset"/>; −1 = none.</param>
/// <param name="LastHash">Fingerprint of that record, by which its log is told from another of the same name.</param>
public readonly record struct SourcePosition(string Source, long NextOffset, long LastOffset, ulong LastHash);
