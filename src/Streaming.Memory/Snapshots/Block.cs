using System.Buffers;

namespace Streaming.Memory.Snapshots;

/// <summary>One block that was read and whose checksum holds. Its memory is rented: dispose it.</summary>
internal sealed class Block(string path, BlockKind kind, int items, byte[] rented, int length) : IDisposable
{
    public BlockKind Kind { get; } = kind;

    public int Items { get; } = items;

    public ReadOnlySpan<byte> Payload => rented.AsSpan(0, length);

    /// <summary>The payload from its front.</summary>
    public BlockCursor Cursor() => new(path, Payload);

    public void Dispose() => ArrayPool<byte>.Shared.Return(rented);
}
