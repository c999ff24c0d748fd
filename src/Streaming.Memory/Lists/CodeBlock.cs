using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Rows;

namespace Streaming.Memory.Lists;

/// <summary>
/// 32 entries' codes of 4 bits, so laid out that one register of table entries serves 16 of them at a time: [code][16] bytes, byte j of a code
/// holding entry j in its low half and entry j + 16 in its high half.
/// </summary>
internal static unsafe class CodeBlock
{
    /// <summary>Entries in a block.</summary>
    public const int Entries = 32;

    private const int Half = Entries / 2;

    /// <summary>Bytes of a block of entries with so many codes.</summary>
    public static int Bytes(int codes) => codes * Half;

    /// <summary>A bit for each of a block's entries when so many are left.</summary>
    public static uint Filled(int left) => left >= Entries ? uint.MaxValue : (1u << left) - 1;

    /// <summary>Fetches a block.</summary>
    public static void Prefetch(byte* block, int codes)
    {
        for (int at = 0; Sse.IsSupported && at < Bytes(codes); at += NativeBlock.CacheLine)
            Sse.Prefetch0(block + at);
    }

    /// <summary>Writes one entry's codes. Bytes are shared with one other entry, which keeps its half.</summary>
    public static void Write(byte* block, int entry, ReadOnlySpan<byte> codes)
    {
        byte* at = block + entry % Half;
        int shift = entry < Half ? 0 : 4, keep = 0xF0 >> shift;
        for (int c = 0; c < codes.Length; c++, at += Half)
            *at = (byte)((*at & keep) | (codes[c] << shift));
    }

    /// <summary>Reads one entry's codes.</summary>
    public static void Read(byte* block, int entry, Span<byte> codes)
    {
        byte* at = block + entry % Half;
        int shift = entry < Half ? 0 : 4;
        for (int c = 0; c < codes.Length; c++, at += Half)
            codes[c] = (byte)((*at >> shift) & 0x0F);
    }
}
