using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Streaming.Memory.Rows;

/// <summary>
/// The newest row of each id: a hash table in segments, each of which grows alone, so that no single write pays for the whole table.
/// Slot = row + 1 in the low 27 bits and 5 bits of the hash above it; 0 = empty, all ones = removed. Linear probing.
/// </summary>
/// <remarks>
/// One writer; readers probe without waiting. A slot changes in one store, and a grown segment is published after it is filled. A row
/// is given back only after it was removed here and every reader that might have seen it has left.
/// </remarks>
internal sealed class IdIndex(RowStore rows)
{
    public const int MaxRows = RowMask - 1;

    private const int SegmentBits = 8;
    private const int RowBits = 27;
    private const int StartBits = RowBits - SegmentBits;
    private const int RowMask = (1 << RowBits) - 1;
    private const uint Removed = uint.MaxValue;
    private const int SmallestSegment = 16;
    private const int PinnedSlots = 1_024;

    private readonly Segment[] _segments = [.. Enumerable.Range(0, 1 << SegmentBits).Select(_ => new Segment())];

    public long SizeBytes { get; private set; } = (1 << SegmentBits) * SmallestSegment * sizeof(uint);

    /// <summary>Fetches where a look-up of the id begins.</summary>
    public unsafe void Prefetch(in IdKey key)
    {
        uint[] slots = SegmentOf(key.Hash).Slots;
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref slots[Start(key.Hash, slots)]));
    }

    /// <inheritdoc cref="Find(in IdKey)"/>
    public int Find(string id) =>
        Find(IdKey.Of(id, IdKey.MaxBytes(id) <= IdKey.StackBytes ? stackalloc byte[IdKey.StackBytes] : new byte[IdKey.MaxBytes(id)]));

    /// <summary>The newest row of the id, live or ended; −1 when there is none.</summary>
    public int Find(in IdKey key)
    {
        uint[] slots = Volatile.Read(ref SegmentOf(key.Hash).Slots);
        int at = Locate(slots, key);
        return at < 0 ? -1 : RowOf(Volatile.Read(ref slots[at]));
    }

    /// <summary>Makes <paramref name="row"/> the newest of the id. The row is whole.</summary>
    public void Set(in IdKey key, int row)
    {
        Segment segment = SegmentOf(key.Hash);
        uint[] slots = segment.Slots;
        int at = Locate(slots, key);
        if (at < 0)
        {
            if ((segment.Used + 1) * 4 > slots.Length * 3)
                slots = Resize(segment, segment.Live * 2 >= slots.Length ? Grown(slots.Length) : slots.Length);
            at = FirstEmpty(slots, key.Hash);
            segment.Used++;
            segment.Live++;
        }
        Volatile.Write(ref slots[at], SlotOf(key.Hash, row));
    }

    /// <summary>Makes room for so many ids in all, so that adding them does not grow the table step by step.</summary>
    public void Reserve(long ids)
    {
        // A fifth more than its share: ids spread over the segments unevenly.
        long share = ids / _segments.Length * 6 / 5;
        foreach (Segment segment in _segments)
        {
            while (segment.Slots.Length * 3L < share * 4)
                Resize(segment, Grown(segment.Slots.Length));
        }
    }

    /// <summary>Forgets an id that is there.</summary>
    public void Remove(in IdKey key)
    {
        Segment segment = SegmentOf(key.Hash);
        Volatile.Write(ref segment.Slots[Locate(segment.Slots, key)], Removed);
        segment.Live--;
    }

    private static uint SlotOf(uint hash, int row) => (hash & 0xF8000000u) | (uint)(row + 1);

    private static int RowOf(uint slot) => (int)(slot & RowMask) - 1;

    private Segment SegmentOf(uint hash) => _segments[hash & ((1 << SegmentBits) - 1)];

    // Of the bits that name neither the segment nor are held in the slot.
    private static int Start(uint hash, uint[] slots) => (int)((((hash >> SegmentBits) & ((1u << StartBits) - 1)) * (ulong)slots.Length) >> StartBits);

    private static int Next(int at, uint[] slots) => at + 1 == slots.Length ? 0 : at + 1;

    // A half and a third in turn: 16, 24, 32, 48 …
    private static int Grown(int length) => int.IsPow2(length) ? length / 2 * 3 : length / 3 * 4;

    private int Locate(uint[] slots, in IdKey key)
    {
        for (int at = Start(key.Hash, slots); ; at = Next(at, slots))
        {
            uint slot = Volatile.Read(ref slots[at]);
            if (slot == 0)
                return -1;
            if (slot != Removed && ((slot ^ key.Hash) & 0xF8000000u) == 0 && rows.IdBytes(rows[RowOf(slot)]).SequenceEqual(key.Utf8))
                return at;
        }
    }

    private static int FirstEmpty(uint[] slots, uint hash)
    {
        int at = Start(hash, slots);
        while (slots[at] != 0)
            at = Next(at, slots);
        return at;
    }

    private uint[] Resize(Segment segment, int length)
    {
        uint[] old = segment.Slots;
        // Where collections do not copy it: segments grow at about the same time, and would be copied twice.
        uint[] slots = length >= PinnedSlots ? GC.AllocateArray<uint>(length, pinned: true) : new uint[length];
        foreach (uint slot in old)
        {
            if (slot is 0 or Removed)
                continue;
            uint hash = IdKey.Of(rows.IdBytes(rows[RowOf(slot)])).Hash;
            slots[FirstEmpty(slots, hash)] = slot;
        }
        SizeBytes += (slots.Length - old.Length) * sizeof(uint);
        segment.Used = segment.Live;
        Volatile.Write(ref segment.Slots, slots);
        return slots;
    }

    private sealed class Segment
    {
        public uint[] Slots = new uint[SmallestSegment];
        public int Used;
        public int Live;
    }
}
