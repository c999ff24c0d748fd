using System.Text;

namespace Streaming.Models.Encoders;

/// <summary>
/// FNV-1a, 64 bits, over UTF-8 bytes (Fowler, Noll, Vo; draft-eastlake-fnv). Written out because the rows of an
/// encoder's table are addressed by it for ever; a state can be continued, which makes n-grams cheap.
/// </summary>
internal static class Fnv1a
{
    public const ulong Empty = 0xCBF29CE484222325;

    private const ulong Prime = 0x100000001B3;

    public static ulong Append(ulong state, Rune rune)
    {
        if (rune.IsAscii)
            return (state ^ (uint)rune.Value) * Prime;
        Span<byte> utf8 = stackalloc byte[4];
        var length = rune.EncodeToUtf8(utf8);
        foreach (var item in utf8[..length])
            state = (state ^ item) * Prime;
        return state;
    }

    public static ulong Append(ulong state, ReadOnlySpan<Rune> runes)
    {
        foreach (var rune in runes)
            state = Append(state, rune);
        return state;
    }

    /// <returns>A bucket in 0..<paramref name="count"/>−1: both halves of the state, folded, modulo the count.</returns>
    public static int Bucket(ulong state, int count) => (int)((state ^ state >> 32) % (uint)count);
}
