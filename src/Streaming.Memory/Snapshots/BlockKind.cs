namespace Streaming.Memory.Snapshots;

/// <summary>What a block of a snapshot holds; the layouts are drawn at <see cref="SnapshotFormat"/>.</summary>
internal enum BlockKind : uint
{
    Header = 1,
    Codebook = 2,
    Entries = 3,
    Tombstones = 4,
    FilterDeletes = 5,
    End = 6,
}
