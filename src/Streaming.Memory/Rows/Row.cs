using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Streaming.Memory.Rows;

/// <summary>
/// One row's record in native memory: a fixed head and, elsewhere, the vector. Candidates are scored by their vectors, and hardly any head of theirs is looked at.
/// <code>
///   0  end 48 bits | source 16 bits   the end is written whole, after the row was published
///   8  begin       48 bits            first version that sees the row
///  14  valid until 48 bits            unix ms; 0 = for ever
///  20  event time  48 bits, signed    unix ms
///  26  offset      48 bits
///  32  attributes  32 bits            handle in the AttributeTable; 0 = none
///  36  place       32 bits            chunk and position in its posting list; -1 = no vector
///  40  previous    32 bits            the row that this one replaced; -1 = none
///  44  id          12 bytes           length and up to 11 bytes of UTF-8, or 15 and a handle of the LongIds at byte 4; the length's
///                                    highest bit: ended by a removal, not by a newer row of the id; the next: not valid from
///                                    the beginning, the attributes say from when
/// </code>
/// </summary>
/// <remarks>Everything but the end (once, by the writer) and the place (moved by the writer, read by the writer only) is fixed before readers can meet the row.</remarks>
internal readonly unsafe struct Row(byte* at, byte* vector)
{
    public const int HeadBytes = 56;
    public const int InlineIdBytes = 11;
    private const byte LongId = 15;
    private const byte RemovedBit = 0x80;
    private const byte ValidFromBit = 0x40;

    /// <summary>The end of a row that is live.</summary>
    public const long NeverEnds = Max48;

    /// <summary>The highest time, offset and version that a row can hold.</summary>
    public const long Max48 = (1L << 47) - 1;

    private const ulong Mask48 = (1UL << 48) - 1;

    /// <summary>Dimension × 2 or 4 bytes; nothing for a fact.</summary>
    public byte* Vector => vector;

    /// <summary>First version that no longer sees the row; <see cref="NeverEnds"/> while it is live.</summary>
    public long End => (long)(Volatile.Read(ref *(ulong*)at) >> 16);

    public int Source => (int)(*(ulong*)at & 0xFFFF);

    public long Begin => Read48(8);

    public long ValidUntilMs => Read48(14);

    public long EventTimeMs => (long)(Unsafe.ReadUnaligned<ulong>(at + 20) << 16) >> 16;

    public long Offset => Read48(26);

    public int Attributes => Unsafe.ReadUnaligned<int>(at + 32);

    public int Place
    {
        get => Unsafe.ReadUnaligned<int>(at + 36);
        set => Unsafe.WriteUnaligned(at + 36, value);
    }

    public int Previous
    {
        get => Volatile.Read(ref *(int*)(at + 40));
        set => Volatile.Write(ref *(int*)(at + 40), value);
    }

    public bool HasLongId => IdLength == LongId;

    public ReadOnlySpan<byte> InlineId => new(at + 45, IdLength);

    /// <summary>True when the row ended by a delete, an expiry or an eviction.</summary>
    public bool WasRemoved => (at[44] & RemovedBit) != 0;

    /// <summary>True when the row is valid only from the instant that its attributes name.</summary>
    public bool HasValidFrom => (at[44] & ValidFromBit) != 0;

    public int LongIdHandle => Unsafe.ReadUnaligned<int>(at + 48);

    public bool IsLive => End == NeverEnds;

    // The end first: where it says that the row is live, the rest is written.
    public bool IsVisible(long version) => version < End && Begin <= version;

    public bool IsExpired(long nowMs) => ValidUntilMs is not 0 and var until && until <= nowMs;

    /// <summary>Ends a live row at a version that is not published yet.</summary>
    public void EndAt(long version) => Volatile.Write(ref *(ulong*)at, ((ulong)version << 16) | (uint)Source);

    /// <summary>Notes that the attributes say from when the row is valid. After the id, before <see cref="Show"/>.</summary>
    public void MarkValidFrom() => at[44] |= ValidFromBit;

    /// <summary>Notes that nothing replaced the row.</summary>
    public void MarkRemoved() => at[44] |= RemovedBit;

    /// <summary>Writes the head of a row. <see cref="Show"/> comes last, when the id and the vector are written too.</summary>
    public void Write(in RowHead head)
    {
        Write48(8, head.Begin);
        Write48(14, head.ValidUntilMs);
        Write48(20, head.EventTimeMs);
        Write48(26, head.Offset);
        Unsafe.WriteUnaligned(at + 32, head.Attributes);
        Place = -1;
        Unsafe.WriteUnaligned(at + 40, head.Previous);
    }

    /// <summary>Makes a written row live: until then, whoever comes upon its number finds a row that ended before all versions.</summary>
    public void Show(int source) => Volatile.Write(ref *(ulong*)at, ((ulong)NeverEnds << 16) | (uint)source);

    /// <summary>Makes a row that is given back one that ended before all versions.</summary>
    public void Hide() => Volatile.Write(ref *(ulong*)at, 0);

    public void WriteInlineId(ReadOnlySpan<byte> utf8)
    {
        at[44] = (byte)utf8.Length;
        utf8.CopyTo(new Span<byte>(at + 45, InlineIdBytes));
    }

    public void WriteLongId(int handle)
    {
        at[44] = LongId;
        Unsafe.WriteUnaligned(at + 48, handle);
    }

    /// <summary>Fetches the head ahead of its use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchHead()
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(at);
        Sse.Prefetch0(at + HeadBytes - 1);
    }

    /// <summary>Fetches the vector ahead of its use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchVector(int vectorBytes)
    {
        for (int offset = 0; Sse.IsSupported && offset < vectorBytes; offset += NativeBlock.CacheLine)
            Sse.Prefetch0(vector + offset);
    }

    private int IdLength => at[44] & 0x0F;

    private long Read48(int offset) => (long)(Unsafe.ReadUnaligned<ulong>(at + offset) & Mask48);

    private void Write48(int offset, long value)
    {
        Unsafe.WriteUnaligned(at + offset, (uint)value);
        Unsafe.WriteUnaligned(at + offset + 4, (ushort)(value >> 32));
    }
}
