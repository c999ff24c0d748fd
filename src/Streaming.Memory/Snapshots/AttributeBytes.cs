using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Streaming.Memory.Snapshots;

/// <summary>Names and values as <see cref="AttributeReader"/> reads them.</summary>
internal static class AttributeBytes
{
    /// <returns>How many bytes it took.</returns>
    public static int Write(ArrayBufferWriter<byte> into, IEnumerable<KeyValuePair<string, string>> attributes)
    {
        int before = into.WrittenCount;
        foreach (var (name, value) in attributes)
        {
            Write(into, name);
            Write(into, value);
        }
        return into.WrittenCount - before;
    }

    private static void Write(ArrayBufferWriter<byte> into, string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        Span<byte> next = into.GetSpan(sizeof(int) + bytes);
        BinaryPrimitives.WriteInt32LittleEndian(next, bytes);
        Encoding.UTF8.GetBytes(text, next[sizeof(int)..]);
        into.Advance(sizeof(int) + bytes);
    }
}
