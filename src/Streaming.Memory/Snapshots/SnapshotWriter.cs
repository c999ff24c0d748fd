using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Training;

namespace Streaming.Memory.Snapshots;

/// <summary>Writes a captured version, beside the namespace's writer: as a search would, it looks only at rows that its version sees.</summary>
internal sealed class SnapshotWriter(SnapshotCapture capture, Stream stream)
{
    private readonly BlockWriter _blocks = new(stream);
    private readonly long _version = capture.Header.Version;
    private long _entries;

    public void Write()
    {
        // A source that removed and never wrote has no number in the namespace.
        string[] sources = [.. capture.Header.Sources.Union(capture.Removals.Sources, StringComparer.Ordinal)];
        _blocks.Write(BlockKind.Header, 1, (capture.Header with { Sources = sources }).ToJson());
        for (int partition = 0; partition < capture.Partitions.Count; partition++)
            WritePartition(partition, capture.Partitions[partition]);
        WriteFacts();
        new RemovalWriter(_blocks, sources).Write(capture.Removals);
        var totals = new byte[3 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(totals, _entries);
        BinaryPrimitives.WriteInt64LittleEndian(totals.AsSpan(sizeof(long)), capture.Removals.Tombstones.Length);
        BinaryPrimitives.WriteInt64LittleEndian(totals.AsSpan(2 * sizeof(long)), capture.Removals.Filters.Length);
        _blocks.Write(BlockKind.End, 1, totals);
    }

    private void WritePartition(int number, CapturedPartition partition)
    {
        if (partition.Codebook is { } codebook)
            WriteCodebook(number, codebook, partition);
        EntryColumns columns = new(capture.Rows, number);
        var codes = new byte[partition.Codebook?.Codes ?? 0];
        for (int list = 0; list < partition.Lists.Count; list++)
        {
            CapturedList captured = partition.Lists[list];
            for (int c = 0; c < captured.Chunks.Length; c++)
                Collect(captured.Chunks[c], captured.EntriesOf(c), list, codes, columns);
        }
        columns.Flush(_blocks);
    }

    private void Collect(ListChunk chunk, int entries, int list, byte[] codes, EntryColumns columns)
    {
        for (int entry = 0; entry < entries; entry++)
        {
            Row record = capture.Rows[chunk.RowOf(entry)];
            if (!record.IsVisible(_version))
                continue;
            chunk.ReadCodes(entry, codes);
            Add(columns, record, list, codes);
        }
    }

    // No list has them, so all rows are looked at. The place of a row that the version sees is final but for where in the lists it is.
    private void WriteFacts()
    {
        EntryColumns columns = new(capture.Rows, SnapshotFormat.Facts);
        for (int row = 0; row < capture.Rows.Reach; row++)
        {
            if (capture.Rows.TryGet(row, out Row record) && record.IsVisible(_version) && record.Place < 0)
                Add(columns, record, 0, []);
        }
        columns.Flush(_blocks);
    }

    private void Add(EntryColumns columns, Row record, int list, ReadOnlySpan<byte> codes)
    {
        columns.Add(record, list, codes);
        _entries++;
        if (columns.IsFull)
            columns.Flush(_blocks);
    }

    private void WriteCodebook(int number, Codebook codebook, CapturedPartition partition)
    {
        var fixedPart = new byte[5 * sizeof(float)];
        BinaryPrimitives.WriteInt32LittleEndian(fixedPart, codebook.Lists);
        BinaryPrimitives.WriteSingleLittleEndian(fixedPart.AsSpan(4), codebook.NormLow);
        BinaryPrimitives.WriteSingleLittleEndian(fixedPart.AsSpan(8), codebook.NormStep);
        BinaryPrimitives.WriteSingleLittleEndian(fixedPart.AsSpan(12), partition.Distortion);
        BinaryPrimitives.WriteInt32LittleEndian(fixedPart.AsSpan(16), partition.IsRough ? 1 : 0);
        _blocks.Write(BlockKind.Codebook, number, fixedPart, Bytes(codebook.Centroids), Bytes(codebook.LevelsOfDimensions));
    }

    private static byte[] Bytes(float[] numbers) => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();
}
