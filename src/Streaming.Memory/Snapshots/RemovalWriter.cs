using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Streaming.Memory.Filters;

namespace Streaming.Memory.Snapshots;

/// <summary>Writes the removals of a captured version.</summary>
/// <param name="blocks">Where to.</param>
/// <param name="sources">Sources by number.</param>
internal sealed class RemovalWriter(BlockWriter blocks, string[] sources)
{
    private readonly Dictionary<string, int> _numbers = sources.Index().ToDictionary(source => source.Item, source => source.Index, StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private int _count;

    public void Write(CapturedRemovals removals)
    {
        foreach (var (id, stamp) in removals.Tombstones)
        {
            Write(id, stamp);
            Added(BlockKind.Tombstones);
        }
        Flush(BlockKind.Tombstones);
        foreach (var filter in removals.Filters)
        {
            Write(filter);
            Added(BlockKind.FilterDeletes);
        }
        Flush(BlockKind.FilterDeletes);
    }

    private void Write(string id, WriteStamp stamp)
    {
        int idBytes = Encoding.UTF8.GetByteCount(id);
        Span<byte> mark = Next(SnapshotFormat.TombstoneHeadBytes + idBytes);
        BinaryPrimitives.WriteInt64LittleEndian(mark, stamp.EventTimeMs);
        BinaryPrimitives.WriteInt64LittleEndian(mark[8..], stamp.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(mark[16..], idBytes);
        BinaryPrimitives.WriteInt32LittleEndian(mark[20..], _numbers[stamp.Source]);
        Encoding.UTF8.GetBytes(id, mark[SnapshotFormat.TombstoneHeadBytes..]);
    }

    private void Write(Upkeep.FilterDelete filter)
    {
        byte[] attributes = AttributeBytes.Of(filter.Where);
        Span<byte> head = Next(2 * sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(head, attributes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[sizeof(int)..], filter.Stamps.Length);
        _bytes.Write(attributes);
        foreach (WriteStamp stamp in filter.Stamps)
        {
            Span<byte> written = Next(SnapshotFormat.FilterStampBytes);
            BinaryPrimitives.WriteInt64LittleEndian(written, stamp.EventTimeMs);
            BinaryPrimitives.WriteInt64LittleEndian(written[8..], stamp.Offset);
            BinaryPrimitives.WriteInt64LittleEndian(written[16..], _numbers[stamp.Source]);
        }
    }

    private void Added(BlockKind kind)
    {
        _count++;
        if (_bytes.WrittenCount >= SnapshotFormat.FullBlockBytes)
            Flush(kind);
    }

    private void Flush(BlockKind kind)
    {
        if (_count > 0)
            blocks.Write(kind, _count, _bytes.WrittenMemory);
        _bytes.ResetWrittenCount();
        _count = 0;
    }

    private Span<byte> Next(int bytes)
    {
        Span<byte> next = _bytes.GetSpan(bytes)[..bytes];
        _bytes.Advance(bytes);
        return next;
    }
}
