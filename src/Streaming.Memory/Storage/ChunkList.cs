namespace Streaming.Memory.Storage;

/// <summary>
/// The writer's chunks: the last one takes new rows, the others are sealed. Reclaiming drops the chunks without a live row and merges
/// the sparse ones (at most half of <c>chunkRows</c> live) pairwise or better into new chunks, so at most one sealed chunk stays sparse.
/// A merge copies at most <c>chunkRows</c> rows and removes a chunk, which took <c>chunkRows</c> appends to make: an append pays for at
/// most one copy.
/// </summary>
internal sealed class ChunkList(int chunkRows, int dimension)
{
    private List<Chunk> _chunks = [];
    private Chunk[] _published = [];
    private bool _changed;
    private bool _worthReclaiming;

    /// <summary>Rows in the chunks, ended ones that were not reclaimed yet included.</summary>
    public int StoredRows { get; private set; }

    public long SizeBytes { get; private set; }

    public void Append(MemoryEntry entry, ReadOnlySpan<float> vector, long begin)
    {
        if (_chunks.Count == 0 || _chunks[^1].IsFull)
            Grow();
        _chunks[^1].Append(entry, vector, begin);
        StoredRows++;
    }

    public void End(RowLocation location, long version)
    {
        location.Chunk.End(location.Row, version);
        // Sparse is checked only where a chunk crosses a mark, so a publish without a crossing costs nothing.
        _worthReclaiming |= location.Chunk.LiveRows == 0 || location.Chunk.LiveRows == chunkRows / 2;
    }

    /// <summary>The chunks for the next view: reclaimed where worth it, and the same array as before when nothing moved.</summary>
    public Chunk[] Publish()
    {
        if (_worthReclaiming)
            Reclaim();
        if (_changed)
            _published = [.. _chunks];
        _changed = false;
        return _published;
    }

    private void Grow()
    {
        // The tail that is sealed now may have become sparse while it was still the tail.
        _worthReclaiming |= _chunks.Count > 0 && IsSparse(_chunks[^1]);
        _chunks.Add(new Chunk(chunkRows, dimension));
        SizeBytes += _chunks[^1].SizeBytes;
        _changed = true;
    }

    private void Reclaim()
    {
        _worthReclaiming = false;
        var sealedChunks = _chunks.Take(_chunks.Count - 1).Where(chunk => chunk.LiveRows > 0).ToList();
        var sparse = sealedChunks.Where(IsSparse).ToList();
        List<Chunk> kept = sparse.Count > 1 ? [.. sealedChunks.Where(chunk => !IsSparse(chunk)), .. Merge(sparse)] : sealedChunks;

        // A dead tail that is still roomy is kept: one id updated for ever would otherwise allocate a chunk at each publish.
        Chunk tail = _chunks[^1];
        if (tail.LiveRows > 0 || tail.Rows < chunkRows / 2)
            kept.Add(tail);
        _changed |= kept.Count != _chunks.Count || sparse.Count > 1;
        _chunks = kept;
        StoredRows = kept.Sum(chunk => chunk.Rows);
        SizeBytes = kept.Sum(chunk => chunk.SizeBytes);
    }

    private bool IsSparse(Chunk chunk) => chunk.LiveRows <= chunkRows / 2;

    private IEnumerable<Chunk> Merge(List<Chunk> sparse)
    {
        int from = 0;
        while (from < sparse.Count)
        {
            int to = from, rows = 0;
            while (to < sparse.Count && rows + sparse[to].LiveRows <= chunkRows)
                rows += sparse[to++].LiveRows;
            yield return to - from == 1 ? sparse[from] : MergeInto(new Chunk(rows, dimension), sparse[from..to]);
            from = to;
        }
    }

    private static Chunk MergeInto(Chunk target, List<Chunk> sources)
    {
        foreach (Chunk source in sources)
            source.CopyLiveRowsTo(target);
        return target;
    }
}
