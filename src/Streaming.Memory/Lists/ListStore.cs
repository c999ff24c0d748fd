using Streaming.Memory.Rows;
using Streaming.Memory.Search;
using Streaming.Memory.Training;

namespace Streaming.Memory.Lists;

/// <summary>Where the writer puts entries: the partition that takes new ones, its chunks by number, and the memory behind them.</summary>
/// <param name="rows">The rows that entries refer to.</param>
/// <param name="chunkEntries">Entries in a chunk; a multiple of 32.</param>
internal sealed class ListStore(RowStore rows, int chunkEntries)
{
    private readonly List<ListChunk?> _chunks = [];
    private readonly Stack<int> _free = new();
    private readonly Dictionary<int, BlockPool> _pools = [];
    private Partition[] _partitions = [new(0, null, null, 0)];

    /// <summary>Entries that a chunk has room for.</summary>
    public int ChunkEntries => chunkEntries;

    /// <summary>What readers scan, the oldest first.</summary>
    public Partition[] Partitions => Volatile.Read(ref _partitions);

    /// <summary>The oldest partition after <paramref name="scanned"/>; null when there is none.</summary>
    /// <remarks>
    /// A search asks again after each partition: entries go to the next one before they leave, so what it no longer met in one it meets in the next,
    /// even where that began after the search did.
    /// </remarks>
    public Partition? Next(Partition? scanned)
    {
        // A plain loop: it runs in every search, which allocates nothing but its answer.
        foreach (Partition partition in Partitions)
        {
            if (scanned is null || partition.Epoch > scanned.Epoch)
                return partition;
        }
        return null;
    }

    /// <summary>The partition that takes new entries.</summary>
    public Partition Current => _partitions[^1];

    /// <summary>Entries in all lists whose row has not ended.</summary>
    public int LiveEntries { get; private set; }

    /// <summary>Entries in all lists whose row has ended, which searches scan for nothing.</summary>
    public int EndedEntries { get; private set; }

    public long SizeBytes => _pools.Values.Sum(pool => pool.SizeBytes);

    public void Begin(Trained trained)
    {
        foreach (PostingList list in Current.Lists)
            list.IsLeft = true;
        Volatile.Write(ref _partitions, [.. _partitions, new Partition(Current.Epoch + 1, trained.Codebook, trained.Centroids, trained.Distortion)]);
    }

    public void Drop(Partition partition) => Volatile.Write(ref _partitions, [.. _partitions.Where(p => p != partition)]);

    public void Append(PostingList list, int row, ReadOnlySpan<byte> codes)
    {
        ListChunk? tail = list.Tail;
        if (tail is not { IsOpen: true })
            list.Add(tail = NewChunk(list, codes.Length));
        Row record = rows[row];
        record.Place = tail.Index * chunkEntries + tail.Append(row, record, codes);
        LiveEntries++;
    }

    /// <summary>Notes that a row has ended; its own end is written already.</summary>
    /// <returns>The chunk that its entry is in.</returns>
    public ListChunk MarkEnded(Row row, long version)
    {
        ListChunk chunk = _chunks[row.Place / chunkEntries]!;
        chunk.MarkEnded(row.Place % chunkEntries, version);
        LiveEntries--;
        EndedEntries++;
        return chunk;
    }

    /// <summary>Fetches what <see cref="MarkEnded"/> writes to.</summary>
    public void PrefetchEnded(int place) => _chunks[place / chunkEntries]!.PrefetchEnded();

    /// <summary>Takes a chunk out of its list. Searches in flight may still read it: it goes back by <see cref="Return"/>.</summary>
    public void Unlink(ListChunk chunk)
    {
        chunk.List.Remove(chunk);
        chunk.IsUnlinked = true;
        LiveEntries -= chunk.Count - chunk.EndedCount;
        EndedEntries -= chunk.EndedCount;
        _chunks[chunk.Index] = null;
        _free.Push(chunk.Index);
    }

    /// <summary>Gives an unlinked chunk's memory back, when no search can hold it.</summary>
    public void Return(ListChunk chunk) => _pools[chunk.Codes].Return(chunk.Block);

    private ListChunk NewChunk(PostingList list, int codes)
    {
        if (!_free.TryPop(out int index))
        {
            index = _chunks.Count;
            _chunks.Add(null);
        }
        if (!_pools.TryGetValue(codes, out BlockPool? pool))
            _pools.Add(codes, pool = new BlockPool(ChunkMemory.BytesFor(chunkEntries, codes)));
        return _chunks[index] = new ListChunk(list, index, chunkEntries, codes, pool.Rent());
    }
}
