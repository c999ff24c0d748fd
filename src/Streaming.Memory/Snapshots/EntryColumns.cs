using System.Buffers;
using System.Buffers.Binary;
using Streaming.Memory.Rows;

namespace Streaming.Memory.Snapshots;

/// <summary>The columns of a block of entries while they are collected.</summary>
internal sealed unsafe class EntryColumns(RowStore rows, int partition)
{
    private readonly ArrayBufferWriter<byte> _heads = new();
    private readonly ArrayBufferWriter<byte> _ids = new();
    private readonly ArrayBufferWriter<byte> _vectors = new();
    private readonly ArrayBufferWriter<byte> _codes = new();
    private readonly ArrayBufferWriter<byte> _attributes = new();
    private readonly byte[] _partition = BitConverter.GetBytes(partition);
    private int _count;

    private int Bytes => _heads.WrittenCount + _ids.WrittenCount + _vectors.WrittenCount + _codes.WrittenCount + _attributes.WrittenCount;

    public bool IsFull => Bytes >= SnapshotFormat.FullBlockBytes;

    /// <summary>Adds an entry of a list, or a fact.</summary>
    /// <param name="record">Visible in the version that is written.</param>
    /// <param name="list">Its list; 0 for a fact.</param>
    /// <param name="codes">Its codes; none in the exact head and for a fact.</param>
    public void Add(Row record, int list, ReadOnlySpan<byte> codes)
    {
        ReadOnlySpan<byte> id = rows.IdBytes(record);
        ReadOnlySpan<byte> attributes = rows.Attributes[record.Attributes].PairBytes;
        Span<byte> head = Next(_heads, SnapshotFormat.EntryHeadBytes);
        BinaryPrimitives.WriteInt64LittleEndian(head, record.EventTimeMs);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], record.ValidUntilMs);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], record.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(head[24..], id.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[28..], attributes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[32..], list);
        BinaryPrimitives.WriteInt32LittleEndian(head[36..], record.Source);
        BinaryPrimitives.WriteInt64LittleEndian(head[40..], rows.Attributes.ValidFromMs(record));
        _ids.Write(id);
        _attributes.Write(attributes);
        if (partition != SnapshotFormat.Facts)
            _vectors.Write(new ReadOnlySpan<byte>(record.Vector, rows.Vectors.Bytes));
        Span<byte> packed = Next(_codes, codes.Length / 2);
        for (int i = 0; i < packed.Length; i++)
            packed[i] = (byte)(codes[2 * i] | (codes[2 * i + 1] << 4));
        _count++;
    }

    /// <summary>Writes what was collected, if anything, and begins again.</summary>
    public void Flush(BlockWriter blocks)
    {
        if (_count == 0)
            return;
        blocks.Write(BlockKind.Entries, _count, _partition, _heads.WrittenMemory, _ids.WrittenMemory, _vectors.WrittenMemory, _codes.WrittenMemory, _attributes.WrittenMemory);
        _count = 0;
        foreach (var column in new[] { _heads, _ids, _vectors, _codes, _attributes })
            column.ResetWrittenCount();
    }

    private static Span<byte> Next(ArrayBufferWriter<byte> column, int bytes)
    {
        Span<byte> next = bytes > 0 ? column.GetSpan(bytes)[..bytes] : [];
        column.Advance(bytes);
        return next;
    }
}
