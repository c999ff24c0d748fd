using System.Buffers.Binary;
using System.Text;

namespace Streaming.Memory.Filters;

/// <summary>
/// The attributes of one row, and from when it is valid. Immutable. One array, because a million rows with a few strings each would be millions of
/// objects, which a start makes and every full collection walks:
/// <code>
///   valid from i64 | (name bytes u32 | name | value bytes u32 | value)*     little-endian, UTF-8, as a snapshot has them
/// </code>
/// </summary>
/// <param name="bytes">Not copied; null = no attributes and always valid.</param>
internal readonly struct AttributeSet(byte[]? bytes)
{
    private const int HeadBytes = sizeof(long);
    private const int ArrayBytes = 24, SlotBytes = 8;

    /// <summary>Null for none.</summary>
    public byte[]? Bytes => bytes;

    /// <summary>First instant at which the row is found; unix ms, 0 = always.</summary>
    public long ValidFromMs => bytes is null ? 0 : BinaryPrimitives.ReadInt64LittleEndian(bytes);

    /// <summary>Names and values.</summary>
    public AttributePairs Pairs => new(PairBytes);

    /// <summary>What the row is found by.</summary>
    public AttributeTokens Tokens => new(Pairs);

    /// <summary>The bytes of <see cref="Pairs"/>.</summary>
    public ReadOnlySpan<byte> PairBytes => bytes is null ? [] : bytes.AsSpan(HeadBytes);

    /// <summary>The heap bytes.</summary>
    public int SizeBytes => bytes is null ? 0 : ArrayBytes + bytes.Length + SlotBytes;

    /// <summary>Copies the attributes.</summary>
    /// <param name="values">Of different names; null = none.</param>
    /// <param name="validFromMs">Unix ms; 0 = always.</param>
    public static AttributeSet Of(IReadOnlyDictionary<string, string>? values, long validFromMs)
    {
        KeyValuePair<string, string>[] pairs = values is null ? [] : [.. values];
        if (pairs.Length == 0 && validFromMs == 0)
            return default;
        int length = HeadBytes;
        foreach (var (name, value) in pairs)
            length += 2 * sizeof(uint) + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        var bytes = new byte[length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, validFromMs);
        Span<byte> rest = bytes.AsSpan(HeadBytes);
        foreach (var (name, value) in pairs)
        {
            Write(ref rest, name);
            Write(ref rest, value);
        }
        return new(bytes);
    }

    /// <summary>Copies the attributes.</summary>
    /// <param name="pairs">As in <see cref="PairBytes"/>, whose lengths fit.</param>
    /// <param name="validFromMs">Unix ms; 0 = always.</param>
    public static AttributeSet Of(ReadOnlySpan<byte> pairs, long validFromMs)
    {
        if (pairs.IsEmpty && validFromMs == 0)
            return default;
        byte[] bytes = GC.AllocateUninitializedArray<byte>(HeadBytes + pairs.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, validFromMs);
        pairs.CopyTo(bytes.AsSpan(HeadBytes));
        return new(bytes);
    }

    private static void Write(ref Span<byte> rest, string text)
    {
        int bytes = Encoding.UTF8.GetBytes(text, rest[sizeof(uint)..]);
        BinaryPrimitives.WriteInt32LittleEndian(rest, bytes);
        rest = rest[(sizeof(uint) + bytes)..];
    }
}
