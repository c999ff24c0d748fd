using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Streaming.Memory.Filters;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Training;
using Streaming.Memory.Upkeep;

namespace Streaming.Memory.Snapshots;

/// <summary>Puts what a snapshot holds into a new namespace that nobody else has yet.</summary>
internal sealed unsafe class NamespaceFiller(string path, RowStore rows, IdIndex index, ListStore lists, SourceNames sources, TombstoneSet tombstones, FilterDeletes filterDeletes, Learner learner)
{
    // Seen from the first publish on.
    private const long Begin = 1;
    private readonly List<Partition> _partitions = [lists.Current];
    private readonly List<List<(uint Token, int Row)>> _listed = [];
    private byte[] _codes = [];

    public int Entries { get; private set; }

    public int Tombstones => tombstones.Count;

    public int FilterDeletes => filterDeletes.Count;

    public void Start(SnapshotHeader header)
    {
        foreach (string source in header.Sources)
            sources.NumberOf(source);
        index.Reserve(header.Entries);
    }

    /// <param name="number">The codebook's partition.</param>
    /// <param name="trained">The codebook.</param>
    /// <param name="isRough">As in <see cref="Partition.IsRough"/>.</param>
    public void Add(int number, Trained trained, bool isRough)
    {
        if (number != 0 && number != _partitions.Count)
            throw new SnapshotException(path, $"codebook {number} comes after {_partitions.Count} partitions");
        Partition head = lists.Current;
        learner.Resume(trained, isRough);
        if (number == 0)
        {
            lists.Drop(head);
            _partitions.Clear();
        }
        _partitions.Add(lists.Current);
    }

    public void Add(EntryBlock block)
    {
        Partition? partition = block.Partition == SnapshotFormat.Facts ? null : _partitions[block.Partition];
        ReadOnlySpan<byte> ids = block.Ids, vectors = block.Vectors, codes = block.PackedCodes, attributes = block.Attributes;
        _codes = _codes.Length == block.Codes ? _codes : new byte[block.Codes];
        var rowOf = new int[block.Count];
        for (int entry = 0; entry < block.Count; entry++)
        {
            var head = block.Heads.Slice(entry * SnapshotFormat.EntryHeadBytes, SnapshotFormat.EntryHeadBytes);
            int idBytes = BinaryPrimitives.ReadInt32LittleEndian(head[24..]), attributeBytes = BinaryPrimitives.ReadInt32LittleEndian(head[28..]);
            AttributeSet set = new(attributes[..attributeBytes], validFromMs: BinaryPrimitives.ReadInt64LittleEndian(head[40..]));
            int row = rowOf[entry] = Take(head, ids[..idBytes], vectors[..block.VectorBytes], set);
            if (partition is not null)
                Append(partition, BinaryPrimitives.ReadInt32LittleEndian(head[32..]), row, codes[..(block.Codes / 2)]);
            ids = ids[idBytes..];
            vectors = vectors[block.VectorBytes..];
            codes = codes[(block.Codes / 2)..];
            attributes = attributes[attributeBytes..];
        }
        Entries += block.Count;
        List(block, rowOf);
    }

    public void AddTombstones(Block block)
    {
        BlockCursor cursor = block.Cursor();
        for (int i = 0; i < block.Items; i++)
        {
            var head = cursor.Take(SnapshotFormat.TombstoneHeadBytes);
            string id = Encoding.UTF8.GetString(cursor.Take(BinaryPrimitives.ReadUInt32LittleEndian(head[16..])));
            tombstones.Set(id, new WriteStamp(
                BinaryPrimitives.ReadInt64LittleEndian(head),
                Source(BinaryPrimitives.ReadUInt16LittleEndian(head[20..])),
                BinaryPrimitives.ReadInt64LittleEndian(head[8..])));
        }
    }

    public void AddFilterDeletes(Block block)
    {
        BlockCursor cursor = block.Cursor();
        for (int i = 0; i < block.Items; i++)
        {
            uint bytes = cursor.Take<uint>(), stamps = cursor.Take<uint>();
            AttributeValues where = new(AttributeReader.Check(path, cursor.Take(bytes)).ToArray());
            for (uint stamp = 0; stamp < stamps; stamp++)
            {
                var written = cursor.Take(SnapshotFormat.FilterStampBytes);
                filterDeletes.Add(where, new WriteStamp(
                    BinaryPrimitives.ReadInt64LittleEndian(written),
                    Source(BinaryPrimitives.ReadUInt16LittleEndian(written[16..])),
                    BinaryPrimitives.ReadInt64LittleEndian(written[8..])));
            }
        }
    }

    /// <summary>All of it is there.</summary>
    public void End() => rows.ByAttribute.Fill(_listed);

    private void List(EntryBlock block, int[] rowOf)
    {
        if (block.Listed.Count == 0)
            return;
        foreach (ref var item in CollectionsMarshal.AsSpan(block.Listed))
            item.Row = rowOf[item.Row];
        _listed.Add(block.Listed);
    }

    private int Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> id, ReadOnlySpan<byte> vector, AttributeSet attributes)
    {
        int source = BinaryPrimitives.ReadUInt16LittleEndian(head[36..]);
        _ = Source(source);
        long eventTimeMs = BinaryPrimitives.ReadInt64LittleEndian(head);
        int row = rows.Take(hasVector: vector.Length > 0, eventTimeMs);
        Row record = rows[row];
        record.Write(new(
            Begin,
            ValidUntilMs: BinaryPrimitives.ReadInt64LittleEndian(head[8..]),
            EventTimeMs: eventTimeMs,
            Offset: BinaryPrimitives.ReadInt64LittleEndian(head[16..]),
            rows.Attributes.Add(attributes),
            Previous: -1));
        rows.WriteId(record, id);
        if (attributes.ValidFromMs != 0)
            record.MarkValidFrom();
        vector.CopyTo(new Span<byte>(record.Vector, vector.Length));
        record.Show(source);
        index.Set(IdKey.Of(id), row);
        return row;
    }

    private void Append(Partition partition, int list, int row, ReadOnlySpan<byte> packed)
    {
        if ((uint)list >= (uint)partition.Lists.Count)
            throw new SnapshotException(path, $"an entry is in list {list} of {partition.Lists.Count}");
        for (int i = 0; i < packed.Length; i++)
        {
            _codes[2 * i] = (byte)(packed[i] & 15);
            _codes[2 * i + 1] = (byte)(packed[i] >> 4);
        }
        lists.Append(partition.Lists[list], row, _codes);
    }

    private string Source(int number) =>
        number < sources.Names.Count ? sources.Names[number] : throw new SnapshotException(path, $"an entry is of source {number} of {sources.Names.Count}");
}
