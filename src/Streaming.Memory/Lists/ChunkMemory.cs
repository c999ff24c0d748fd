using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Rows;

namespace Streaming.Memory.Lists;

/// <summary>
/// A chunk as searches read it: all in one native block, so that a scan meets no other memory and can fetch it ahead. For n entries:
/// <code>
///   0  count          int32    entries that readers may look at
///   4  codes at       int32    from the beginning of the block
///   8  rows at        int32
///  12  begins at      int32
///  16  last end       int64    the latest end among the entries; 0 = none ended
///  24  newest event   int64    unix ms
///  32  latest until   int64    from then on all entries are expired; unix ms
///  40  latest begin   int64    the first version that sees all entries
///  48  ended          [n / 32] uint32: entries whose row has ended, in any version
///      begins         [n / 32] int64: the first version that sees all entries of a block, from a multiple of 8 bytes on
///      codes          [n / 32] of CodeBlock, from a whole cache line on
///      rows           [n] int32
/// </code>
/// </summary>
/// <remarks>
/// One writer. An entry, and what the head says of all entries, is written before <see cref="Count"/> rises over it; of its two neighbours in a byte only
/// the new one changes. A row's end is written first, then <see cref="LastEnd"/>, then its bit: whoever sees the bit sees that some end may be later than its version.
/// The block is used again when no search in flight can have come upon it.
/// </remarks>
internal readonly unsafe struct ChunkMemory
{
    private const int EndedAt = 48;
    private readonly byte* _at;

    private ChunkMemory(byte* at) => _at = at;

    public int Count => Volatile.Read(ref *(int*)_at);

    public long LastEnd => Volatile.Read(ref *(long*)(_at + 16));

    public long NewestEventMs => Volatile.Read(ref *(long*)(_at + 24));

    public long LatestUntilMs => Volatile.Read(ref *(long*)(_at + 32));

    public long LatestBegin => Volatile.Read(ref *(long*)(_at + 40));

    /// <summary>Where the block begins; the codes follow the head.</summary>
    public byte* Head => _at;

    /// <summary>The first block of codes; the others follow it.</summary>
    public byte* Codes => _at + *(int*)(_at + 4);

    /// <summary>The rows of all entries, in their order.</summary>
    public int* RowNumbers => (int*)(_at + *(int*)(_at + 8));

    /// <summary>The rows of the entries that readers may look at.</summary>
    public ReadOnlySpan<int> Rows => new(RowNumbers, Count);

    /// <summary>The first version that sees all entries of a block.</summary>
    public long BlockLatestBegin(int block) => Volatile.Read(ref Begins[block]);

    /// <summary>Bytes for so many entries with so many codes.</summary>
    public static int BytesFor(int entries, int codes) => RowsAt(entries, codes) + entries * sizeof(int);

    /// <summary>Bytes of head and codes.</summary>
    public static int RowsAt(int entries, int codes) => CodesAt(entries) + entries * codes / 2;

    /// <summary>An empty chunk in a block of <see cref="BytesFor"/>.</summary>
    public static ChunkMemory Begin(byte* block, int entries, int codes)
    {
        new Span<byte>(block, CodesAt(entries)).Clear();
        *(int*)(block + 4) = CodesAt(entries);
        *(int*)(block + 8) = RowsAt(entries, codes);
        *(int*)(block + 12) = BeginsAt(entries);
        *(long*)(block + 24) = long.MinValue;
        return new ChunkMemory(block);
    }

    public uint Ended(int block) => Volatile.Read(ref ((uint*)(_at + EndedAt))[block]);

    /// <summary>Fetches the beginning of the head.</summary>
    public void PrefetchHead()
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_at);
    }

    /// <summary>Appends an entry and makes it visible to readers that have the chunk. The caller knows that there is room.</summary>
    /// <returns>Its position.</returns>
    public int Append(int row, Row record, ReadOnlySpan<byte> codes)
    {
        Raise(24, record.EventTimeMs);
        Raise(32, record.ValidUntilMs == 0 ? long.MaxValue : record.ValidUntilMs);
        Raise(40, record.Begin);
        int entry = *(int*)_at;
        if (record.Begin > Begins[entry / CodeBlock.Entries])
            Volatile.Write(ref Begins[entry / CodeBlock.Entries], record.Begin);
        CodeBlock.Write(Codes + (long)(entry / CodeBlock.Entries) * CodeBlock.Bytes(codes.Length), entry % CodeBlock.Entries, codes);
        RowNumbers[entry] = row;
        Volatile.Write(ref *(int*)_at, entry + 1);
        return entry;
    }

    /// <summary>Notes that an entry's row has ended; the row's own end is written already.</summary>
    public void MarkEnded(int entry, long version)
    {
        Raise(16, version);
        ref uint ended = ref ((uint*)(_at + EndedAt))[entry / CodeBlock.Entries];
        Volatile.Write(ref ended, ended | (1u << (entry % CodeBlock.Entries)));
    }

    private void Raise(int field, long to)
    {
        ref long value = ref *(long*)(_at + field);
        if (to > value)
            Volatile.Write(ref value, to);
    }

    private long* Begins => (long*)(_at + *(int*)(_at + 12));

    private static int BeginsAt(int entries) => (EndedAt + entries / CodeBlock.Entries * sizeof(uint) + sizeof(long) - 1) / sizeof(long) * sizeof(long);

    private static int CodesAt(int entries) =>
        (BeginsAt(entries) + entries / CodeBlock.Entries * sizeof(long) + NativeBlock.CacheLine - 1) / NativeBlock.CacheLine * NativeBlock.CacheLine;
}
