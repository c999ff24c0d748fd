using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streaming.Memory.Snapshots;

/// <summary>Takes a payload apart from its front. What its lengths say is believed only as far as there are bytes.</summary>
internal ref struct BlockCursor(string path, ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <exception cref="SnapshotException">There are fewer bytes.</exception>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _left.Length)
            throw new SnapshotException(path, $"a block ends where {count} bytes more should be");
        var taken = _left[..(int)count];
        _left = _left[(int)count..];
        return taken;
    }

    /// <summary>A value as the format has it, little-endian.</summary>
    public T Take<T>()
        where T : unmanaged => MemoryMarshal.Read<T>(Take(Unsafe.SizeOf<T>()));

    public float[] TakeFloats(long count) => MemoryMarshal.Cast<byte, float>(Take(count * sizeof(float))).ToArray();
}
