using Streaming.Memory.Lists;
using Streaming.Memory.Rows;
using Streaming.Memory.Versions;

namespace Streaming.Memory.Upkeep;

/// <summary>Brings the space of ended rows back, a bounded amount at a time, without making a search wait. The writer's.</summary>
/// <remarks>
/// <list type="number">
/// <item>A row ends. When a quarter of a chunk's rows have ended, the chunk waits here.</item>
/// <item>Once no version that can still be read sees any of those rows, the chunk's live entries are appended to its list again, its
/// ended rows leave the index, and the chunk leaves the list. A search that has the old chunk meets an entry twice or once, never not at all.</item>
/// <item>Once no search that began before that is in flight, the chunk's memory and the rows' numbers are used again.</item>
/// </list>
/// </remarks>
internal sealed class Reclaimer(RowStore rows, IdIndex index, ListStore lists, VersionLog versions)
{
    private const int DeadShare = 4; // One in so many.
    private const int TidyShare = 20; // The same, of all entries, when there is nothing else to do.
    private const int TidyLists = 256; // Looked at in one publish.
    private const int Batch = 64; // So many that memory waited for by one is fetched meanwhile for others.
    private readonly int[] _ending = new int[Batch];
    private int _endingCount;
    private readonly Queue<ListChunk> _chunks = new();
    private readonly Queue<(int Row, long End)> _facts = new();
    private readonly Queue<(long Version, ListChunk? Chunk, List<int> Rows)> _unlinked = new();
    private bool _emptied;
    private int _tidied; // Lists, so far.

    /// <summary>Tells that a row ended at a version that is not published yet; its chunk learns it at the latest from <see cref="NoteEnding"/>.</summary>
    public void NoteEnding(int row)
    {
        _ending[_endingCount++] = row;
        if (_endingCount == Batch)
            NoteEnding();
    }

    /// <summary>Tells the chunks of rows that ended since.</summary>
    public void NoteEnding()
    {
        for (int i = 0; i < _endingCount; i++)
        {
            if (rows[_ending[i]].Place is >= 0 and var place)
                lists.PrefetchEnded(place);
        }
        for (int i = 0; i < _endingCount; i++)
            NoteEnded(_ending[i], rows[_ending[i]], rows[_ending[i]].End);
        _endingCount = 0;
    }

    /// <summary>Tells that a row ended.</summary>
    public void NoteEnded(int row, Row record, long version)
    {
        if (record.Place < 0)
        {
            _facts.Enqueue((row, version));
            return;
        }
        ListChunk chunk = lists.MarkEnded(record, version);
        if (chunk.EndedCount * DeadShare >= chunk.Count)
            Queue(chunk);
    }

    /// <summary>True when something waits for <see cref="Run"/>, which may have to wait for versions that are still read.</summary>
    public bool IsWaiting => _unlinked.Count + _facts.Count + _chunks.Count > 0;

    /// <summary>True when <see cref="Run"/> has something to do, or waits for searches in flight to be able to.</summary>
    public bool HasWork => _unlinked.Count > 0
        || (_facts.TryPeek(out var fact) && fact.End <= versions.Horizon)
        || _chunks.Any(chunk => !chunk.IsUnlinked && chunk.LastEnd <= versions.Horizon);

    /// <summary>Has every chunk with an ended row wait to be emptied, however few of its rows have ended.</summary>
    public void QueueAll()
    {
        foreach (ListChunk chunk in lists.Partitions.SelectMany(partition => partition.Lists).SelectMany(list => list.Chunks))
        {
            if (chunk.EndedCount > 0)
                Queue(chunk);
        }
    }

    /// <summary>Reclaims what the horizon allows.</summary>
    /// <param name="budget">Entries to move or drop, and chunks to look at, about.</param>
    /// <returns>How much of it was done.</returns>
    public int Run(int budget)
    {
        int work = DropFacts(budget);
        for (int waiting = _chunks.Count; waiting > 0 && work < budget; waiting--)
        {
            ListChunk chunk = _chunks.Dequeue();
            work++;
            if (chunk.IsUnlinked || chunk.List.IsLeft)
                continue; // What moves to other lists leaves its ended rows behind then.
            if (chunk.LastEnd > versions.Horizon)
                _chunks.Enqueue(chunk);
            else
                work += Empty(chunk);
        }
        Return(budget);
        return work;
    }

    /// <summary>When nothing is written: has chunks wait to be emptied that alone have too few ended rows, where all together have many.</summary>
    public void Tidy()
    {
        if (_chunks.Count > 0 || (long)lists.EndedEntries * TidyShare < lists.LiveEntries)
            return;
        IReadOnlyList<PostingList> all = lists.Current.Lists;
        for (int looked = Math.Min(TidyLists, all.Count); looked > 0; looked--)
        {
            _tidied = (_tidied + 1) % all.Count;
            foreach (ListChunk chunk in all[_tidied].Chunks)
            {
                if (chunk.EndedCount * TidyShare > chunk.Count)
                    Queue(chunk);
            }
        }
    }

    /// <summary>Takes a chunk out of its list after its entries were moved or dropped.</summary>
    /// <param name="dropped">Its rows that no version sees any more.</param>
    public void Unlink(ListChunk chunk, List<int> dropped)
    {
        foreach (int row in dropped)
            Forget(row);
        lists.Unlink(chunk);
        _unlinked.Enqueue((versions.Newest.Number, chunk, dropped));
    }

    private void Queue(ListChunk chunk)
    {
        if (chunk.IsQueued)
            return;
        chunk.IsQueued = true;
        _chunks.Enqueue(chunk);
    }

    private int Empty(ListChunk chunk)
    {
        chunk.Seal();
        List<int> dropped = [];
        Span<byte> codes = stackalloc byte[chunk.Codes];
        foreach (int row in chunk.Rows)
            rows[row].PrefetchHead();
        for (int entry = 0; entry < chunk.Count; entry++)
        {
            int row = chunk.RowOf(entry);
            if (!rows[row].IsLive)
            {
                dropped.Add(row);
                continue;
            }
            chunk.ReadCodes(entry, codes);
            lists.Append(chunk.List, row, codes);
        }
        Unlink(chunk, dropped);
        return chunk.Count;
    }

    private int DropFacts(int budget)
    {
        List<int> dropped = [];
        while (dropped.Count < budget && _facts.TryPeek(out var fact) && fact.End <= versions.Horizon)
        {
            Forget(fact.Row);
            dropped.Add(_facts.Dequeue().Row);
        }
        if (dropped.Count > 0)
            _unlinked.Enqueue((versions.Newest.Number, null, dropped));
        return dropped.Count;
    }

    // Searches by key walk from an id's newest row to the first that begins at or before their version. A replaced row is out of reach, because its
    // successor begins at or before the horizon; a removed one is forgotten by the index, or by the row that came after the removal.
    private void Forget(int row)
    {
        Row record = rows[row];
        if (!record.WasRemoved)
            return;
        IdKey key = IdKey.Of(rows.IdBytes(record));
        int newer = index.Find(key);
        if (newer == row)
            index.Remove(key);
        for (; newer >= 0 && newer != row && rows[newer].Begin > versions.Horizon; newer = rows[newer].Previous)
        {
            Row after = rows[newer];
            if (after.Previous == row)
                after.Previous = -1;
        }
    }

    private void Return(int most)
    {
        long reading = versions.OldestReading();
        for (int returned = 0; returned < most && _unlinked.TryPeek(out var unlinked) && unlinked.Version < reading; returned += 1 + unlinked.Rows.Count)
        {
            _unlinked.Dequeue();
            if (unlinked.Chunk is { } chunk)
                lists.Return(chunk);
            foreach (int row in unlinked.Rows)
                rows.Return(row);
            _emptied |= unlinked.Rows.Count > 0;
        }
        // A search by attribute may come upon the number of a row that was given back, so pages wait for a moment without an older search.
        if (_emptied && _unlinked.Count == 0 && versions.Newest.Number < versions.OldestReading())
        {
            rows.FreeEmptyPages();
            _emptied = false;
        }
    }
}
