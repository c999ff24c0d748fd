using System.Buffers;
using System.Buffers.Binary;

namespace Streaming.Memory.Snapshots;

/// <summary>Reads the blocks of a snapshot, and none of them whose checksum does not hold.</summary>
internal sealed class BlockReader : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private int _number;

    /// <exception cref="SnapshotException">It cannot be read, is no snapshot, or is one of another version.</exception>
    public BlockReader(string path)
    {
        _path = path;
        try
        {
            // Whole blocks are read at once: a buffer between would only copy them.
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SnapshotException(path, e.Message, e);
        }
        Span<byte> prelude = stackalloc byte[SnapshotFormat.PreludeBytes];
        ReadFully(prelude);
        if (!prelude.StartsWith(SnapshotFormat.Magic))
            throw new SnapshotException(path, "it is no snapshot of a memory namespace");
        if (BinaryPrimitives.ReadInt64LittleEndian(prelude[8..]) is var version and not SnapshotFormat.Version)
            throw new SnapshotException(path, $"it is of format version {version}, this program reads {SnapshotFormat.Version}");
    }

    /// <summary>The next block; the caller disposes it.</summary>
    /// <exception cref="SnapshotException">There is none, or its checksum does not hold.</exception>
    public Block Read()
    {
        Span<byte> head = stackalloc byte[SnapshotFormat.BlockHeadBytes];
        ReadFully(head);
        long bytes = BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
        if (bytes < 0 || bytes > _file.Length - _file.Position)
            throw new SnapshotException(_path, $"block {_number} says that it has {bytes} bytes, and {_file.Length - _file.Position} are left");
        byte[] payload = ArrayPool<byte>.Shared.Rent((int)Math.Min(bytes, Array.MaxLength));
        ReadFully(payload.AsSpan(0, (int)bytes));
        if (BlockChecksum.Of(head, _number, payload.AsSpan(0, (int)bytes)) != BinaryPrimitives.ReadUInt64LittleEndian(head[16..]))
            throw new SnapshotException(_path, $"the checksum of block {_number} does not hold");
        _number++;
        return new Block(_path, (BlockKind)BinaryPrimitives.ReadUInt32LittleEndian(head), BinaryPrimitives.ReadInt32LittleEndian(head[4..]), payload, (int)bytes);
    }

    /// <exception cref="SnapshotException">Something follows.</exception>
    public void ExpectEnd()
    {
        if (_file.Position != _file.Length)
            throw new SnapshotException(_path, $"{_file.Length - _file.Position} bytes follow its end");
    }

    public void Dispose() => _file.Dispose();

    private void ReadFully(Span<byte> into)
    {
        try
        {
            _file.ReadExactly(into);
        }
        catch (EndOfStreamException e)
        {
            throw new SnapshotException(_path, $"it ends after {_file.Length} bytes, within block {_number}", e);
        }
        catch (IOException e)
        {
            throw new SnapshotException(_path, e.Message, e);
        }
    }
}
