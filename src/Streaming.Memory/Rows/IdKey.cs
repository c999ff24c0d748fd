using System.Text;

namespace Streaming.Memory.Rows;

/// <summary>An id as it is looked up: its UTF-8 bytes and their hash. Made on the stack.</summary>
internal readonly ref struct IdKey
{
    /// <summary>Ids that may need more bytes are not encoded on the stack.</summary>
    public const int StackBytes = 256;

    /// <summary>Bytes that the caller of <see cref="Of"/> must offer for an id of so many characters.</summary>
    public static int MaxBytes(string id) => Encoding.UTF8.GetMaxByteCount(id.Length);

    private IdKey(ReadOnlySpan<byte> utf8, uint hash)
    {
        Utf8 = utf8;
        Hash = hash;
    }

    public ReadOnlySpan<byte> Utf8 { get; }

    public uint Hash { get; }

    public static IdKey Of(string id, Span<byte> buffer) => Of(buffer[..Encoding.UTF8.GetBytes(id, buffer)]);

    public static IdKey Of(ReadOnlySpan<byte> utf8)
    {
        HashCode hash = default;
        hash.AddBytes(utf8);
        return new(utf8, (uint)hash.ToHashCode());
    }
}
