using System.Buffers.Binary;
using System.IO.Hashing;

namespace Streaming.Memory.Snapshots;

/// <summary>Writes the blocks of a snapshot, each with its checksum.</summary>
internal sealed class BlockWriter
{
    private readonly Stream _stream;
    private int _number;

    /// <summary>Begins a snapshot.</summary>
    public BlockWriter(Stream stream)
    {
        _stream = stream;
        Span<byte> prelude = stackalloc byte[SnapshotFormat.PreludeBytes];
        prelude.Clear();
        SnapshotFormat.Magic.CopyTo(prelude);
        BinaryPrimitives.WriteInt32LittleEndian(prelude[8..], SnapshotFormat.Version);
        stream.Write(prelude);
    }

    /// <summary>Writes a block whose payload is the parts one after another.</summary>
    public void Write(BlockKind kind, int items, params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        long bytes = 0;
        foreach (var part in parts)
            bytes += part.Length;
        Span<byte> head = stackalloc byte[SnapshotFormat.BlockHeadBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)kind);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], items);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], bytes);
        XxHash3 hash = new((long)BlockChecksum.Seed(head, _number++));
        foreach (var part in parts)
            hash.Append(part.Span);
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], hash.GetCurrentHashAsUInt64());
        _stream.Write(head);
        foreach (var part in parts)
            _stream.Write(part.Span);
    }
}
