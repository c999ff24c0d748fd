using System.Buffers.Binary;
using System.Text;

namespace Streaming.Memory.Filters;

/// <summary>
/// Attributes as bytes, which is how a namespace and a snapshot hold them:
/// <code>
///   (name bytes u32 | name | value bytes u32 | value)*     little-endian, UTF-8
/// </code>
/// </summary>
internal static class AttributeBytes
{
    /// <param name="values">Of different names; null = none.</param>
    public static byte[] Of(IReadOnlyDictionary<string, string>? values)
    {
        if (values is null or { Count: 0 })
            return [];
        KeyValuePair<string, string>[] pairs = [.. values];
        int length = 0;
        foreach (var (name, value) in pairs)
            length += 2 * sizeof(uint) + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        var bytes = new byte[length];
        Span<byte> rest = bytes;
        foreach (var (name, value) in pairs)
        {
            Write(ref rest, name);
            Write(ref rest, value);
        }
        return bytes;
    }

    private static void Write(ref Span<byte> rest, string text)
    {
        int bytes = Encoding.UTF8.GetBytes(text, rest[sizeof(uint)..]);
        BinaryPrimitives.WriteInt32LittleEndian(rest, bytes);
        rest = rest[(sizeof(uint) + bytes)..];
    }
}
