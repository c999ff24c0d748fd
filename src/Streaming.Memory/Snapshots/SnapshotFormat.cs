namespace Streaming.Memory.Snapshots;

/// <summary>
/// The bytes of a snapshot, little-endian:
/// <code>
///   file         magic 8 | version u32 | 0 u32 | block*, the first a Header, the last an End
///   block        kind u32 | items u32 | payload bytes u64 | checksum u64 | payload
///   checksum     XxHash3 of the payload, seeded by that of the block's first 16 bytes, seeded by the block's number
///
///   Header       the JSON of SnapshotHeader
///   Codebook     lists i32 | norm low f32 | norm step f32 | distortion f32 | rough i32 (0, 1) | centroids f32[lists × dimension] | levels f32[dimension × 4]
///   Entries      partition i32 (-1 = facts, without vectors and codes), then columns:
///                heads[n] | ids | vectors[n × bytes of a vector] | codes[n × codes / 2] | attributes
///   head         event time i64 | valid until i64 | offset i64 | id bytes u32 | attribute bytes u32 | list i32 | source u16 | 0 u16 |
///                valid from i64
///   codes        two a byte, the earlier in the low half
///   attributes   of each entry that has any: (name bytes u32 | name | value bytes u32 | value)*
///   Tombstones   n × (event time i64 | offset i64 | id bytes u32 | source u16 | 0 u16 | id)
///   FilterDeletes  n × (attribute bytes u32 | stamps u32 | attributes | (event time i64 | offset i64 | source u16 | 0 u16, 0 u32)[stamps]); 0 attribute bytes: a drop
///   End          entries i64 | tombstones i64 | filters i64
/// </code>
/// Codebooks come in the order of their partitions, the oldest first, each before its entries. Partition 0 without a codebook is the exact head.
/// Entries of a partition come list by list, in the order in which a search meets them, so that a start writes memory from front to back.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>What this program writes and reads.</summary>
    public const int Version = 1;

    public const int PreludeBytes = 16;
    public const int BlockHeadBytes = 24;
    public const int EntryHeadBytes = 48;
    public const int TombstoneHeadBytes = 24;
    public const int FilterStampBytes = 24;

    /// <summary>The partition of entries without a vector.</summary>
    public const int Facts = -1;

    /// <summary>Payload from which a block is full.</summary>
    public const int FullBlockBytes = 1 << 20;

    public static ReadOnlySpan<byte> Magic => "STRMVMEM"u8;
}
