using System.Text.Json;
using Streaming.Memory.Rules;
using Streaming.Memory.Search;
using Streaming.Memory.Training;

namespace Streaming.Memory.Snapshots;

/// <summary>Reads a snapshot into a new namespace. A block is read, checked and taken apart on another thread while the one before is put in.</summary>
internal sealed class SnapshotLoader(string path, NamespaceOptions options, int vectorBytes, NamespaceFiller filler)
{
    private readonly List<int> _codes = [0];

    /// <exception cref="SnapshotException">It is not whole, not right or not of this namespace; what was filled must be thrown away.</exception>
    public SnapshotHeader Load()
    {
        using BlockReader reader = new(path);
        SnapshotHeader header = ReadHeader(path, reader);
        if (header.Mismatch(options) is { } mismatch)
            throw new SnapshotException(path, mismatch);
        filler.Start(header);
        Task<Piece> next = Task.Run(() => ReadPiece(reader));
        while (true)
        {
            using Piece piece = next.GetAwaiter().GetResult();
            if (piece.Block.Kind == BlockKind.End)
            {
                CheckTotals(piece.Block, header);
                reader.ExpectEnd();
                filler.End();
                return header;
            }
            next = Task.Run(() => ReadPiece(reader));
            try
            {
                Put(piece);
            }
            catch
            {
                // The file stays open until nobody reads it.
                next.ContinueWith(read => read.IsCompletedSuccessfully ? read.Result : null, TaskScheduler.Default).Result?.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc cref="SnapshotHeader.Read"/>
    public static SnapshotHeader ReadHeader(string path)
    {
        using BlockReader reader = new(path);
        return ReadHeader(path, reader);
    }

    private static SnapshotHeader ReadHeader(string path, BlockReader reader)
    {
        using Block block = reader.Read();
        if (block.Kind != BlockKind.Header)
            throw new SnapshotException(path, $"its first block is of kind {block.Kind}");
        try
        {
            return SnapshotHeader.OfJson(block.Payload);
        }
        catch (JsonException e)
        {
            throw new SnapshotException(path, $"its header is not what it should be: {e.Message}", e);
        }
    }

    private Piece ReadPiece(BlockReader reader)
    {
        Block block = reader.Read();
        try
        {
            return block.Kind switch
            {
                BlockKind.Codebook => ReadCodebook(block),
                BlockKind.Entries => new(block, null, new EntryBlock(path, block, vectorBytes, CodesOf)),
                BlockKind.Tombstones or BlockKind.FilterDeletes or BlockKind.End => new(block, null, null),
                _ => throw new SnapshotException(path, $"it has a block of kind {(uint)block.Kind}"),
            };
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    private void Put(Piece piece)
    {
        if (piece.Trained is { } trained)
            filler.Add(piece.Block.Items, trained, piece.IsRough);
        else if (piece.Entries is { } entries)
            filler.Add(entries);
        else if (piece.Block.Kind == BlockKind.FilterDeletes)
            filler.AddFilterDeletes(piece.Block);
        else
            filler.AddTombstones(piece.Block);
    }

    private Piece ReadCodebook(Block block)
    {
        BlockCursor cursor = block.Cursor();
        int lists = cursor.Take<int>();
        float low = cursor.Take<float>(), step = cursor.Take<float>(), distortion = cursor.Take<float>();
        bool isRough = cursor.Take<int>() != 0;
        var centroids = cursor.TakeFloats((long)lists * options.Dimension);
        var levels = cursor.TakeFloats((long)options.Dimension * Codebook.Levels);
        if (lists < 1 || !cursor.IsAtEnd)
            throw new SnapshotException(path, $"a codebook of {lists} lists has {block.Payload.Length} bytes");
        Codebook codebook = new(options.Metric, options.Dimension, centroids, levels, low, step);
        if (block.Items == 0)
            _codes.Clear();
        _codes.Add(codebook.Codes);
        return new(block, new Trained(codebook, new CentroidScan(codebook), new NearestCentroid(codebook), distortion), null, isRough);
    }

    private int CodesOf(int partition) =>
        partition >= 0 && partition < _codes.Count ? _codes[partition] : throw new SnapshotException(path, $"entries are of partition {partition} of {_codes.Count}");

    private void CheckTotals(Block end, SnapshotHeader header)
    {
        BlockCursor cursor = end.Cursor();
        long entries = cursor.Take<long>(), tombstones = cursor.Take<long>(), filters = cursor.Take<long>();
        if (entries != filler.Entries || entries != header.Entries)
            throw new SnapshotException(path, $"it holds {filler.Entries} entries and says that it has {entries} and {header.Entries}");
        if (tombstones != filler.Tombstones || filters != filler.FilterDeletes)
            throw new SnapshotException(path, $"it holds {filler.Tombstones} removals and {filler.FilterDeletes} deletes by filter, and says that it has {tombstones} and {filters}");
    }

    private sealed record Piece(Block Block, Trained? Trained, EntryBlock? Entries, bool IsRough = false) : IDisposable
    {
        public void Dispose() => Block.Dispose();
    }
}
