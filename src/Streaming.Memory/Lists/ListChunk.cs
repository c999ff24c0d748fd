using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Rows;

namespace Streaming.Memory.Lists;

/// <summary>
/// A fixed number of entries of one posting list, in blocks of 32. The native block, for n entries with s codes each:
/// <code>
///   codes   [n / 32] of CodeBlock
///   ended   [n / 32] uint32: entries whose row has ended, in any version
///   rows    [n] int32
/// </code>
/// </summary>
/// <remarks>
/// One writer. An entry, and what the chunk says of all entries, is written before <see cref="Count"/> rises over it; of its two neighbours in a byte only the new one changes.
/// A row's end is written first, then <see cref="LastEnd"/>, then its bit: whoever sees the bit sees that some end may be later than its version.
/// </remarks>
internal sealed unsafe class ListChunk
{
    private readonly BlockPool.Block _memory;
    private readonly int _capacity;
    private readonly uint* _ended;
    private readonly int* _rows;
    private int _count;
    private long _lastEnd;
    private long _newestEventMs = long.MinValue;
    private long _latestUntilMs;
    private long _latestBegin;
    private bool _isSealed;

    public ListChunk(PostingList list, int index, int capacity, int codes, BlockPool.Block memory)
    {
        List = list;
        Index = index;
        _capacity = capacity;
        Codes = codes;
        _memory = memory;
        _ended = (uint*)(memory.Address + (long)capacity * codes / 2);
        _rows = (int*)(_ended + capacity / CodeBlock.Entries);
        new Span<uint>(_ended, capacity / CodeBlock.Entries).Clear();
    }

    /// <summary>The list that the chunk belongs to.</summary>
    public PostingList List { get; }

    /// <summary>The chunk's number among the writer's chunks.</summary>
    public int Index { get; }

    /// <summary>The native block, for the pool.</summary>
    public BlockPool.Block Memory => _memory;

    /// <summary>Entries that readers may look at.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>False when the chunk takes no more entries.</summary>
    public bool IsOpen => _count < _capacity && !_isSealed;

    /// <summary>The first version that sees all entries.</summary>
    public long LatestBegin => Volatile.Read(ref _latestBegin);

    /// <summary>Entries whose row has ended.</summary>
    public int EndedCount { get; private set; }

    /// <summary>The latest end among the entries, 0 when none ended.</summary>
    public long LastEnd => Volatile.Read(ref _lastEnd);

    /// <summary>Codes an entry has.</summary>
    public int Codes { get; }

    /// <summary>True once the chunk has left its list. The writer's.</summary>
    public bool IsUnlinked { get; set; }

    /// <summary>The latest event time among the entries; unix ms.</summary>
    public long NewestEventMs => Volatile.Read(ref _newestEventMs);

    /// <summary>From this moment on all entries are expired; unix ms, <see cref="long.MaxValue"/> = never.</summary>
    public long LatestUntilMs => Volatile.Read(ref _latestUntilMs);

    /// <summary>True while the chunk waits to be reclaimed. The writer's.</summary>
    public bool IsQueued { get; set; }

    public static int BytesFor(int capacity, int codes) => capacity * codes / 2 + capacity / CodeBlock.Entries * sizeof(uint) + capacity * sizeof(int);

    /// <summary>The codes of block <paramref name="block"/>.</summary>
    public byte* CodesOf(int block) => _memory.Address + (long)block * CodeBlock.Bytes(Codes);

    public uint Ended(int block) => Volatile.Read(ref _ended[block]);

    public int RowOf(int entry) => _rows[entry];

    /// <summary>The rows of the entries that readers may look at.</summary>
    public ReadOnlySpan<int> Rows => new(_rows, Count);

    /// <summary>Has the list's next entries go to another chunk.</summary>
    public void Seal() => _isSealed = true;

    /// <summary>Appends an entry and makes it visible to readers that have the chunk.</summary>
    /// <returns>Its position.</returns>
    public int Append(int row, Row record, ReadOnlySpan<byte> codes)
    {
        Volatile.Write(ref _newestEventMs, Math.Max(_newestEventMs, record.EventTimeMs));
        Volatile.Write(ref _latestBegin, Math.Max(_latestBegin, record.Begin));
        Volatile.Write(ref _latestUntilMs, Math.Max(_latestUntilMs, record.ValidUntilMs == 0 ? long.MaxValue : record.ValidUntilMs));
        int entry = _count;
        CodeBlock.Write(CodesOf(entry / CodeBlock.Entries), entry % CodeBlock.Entries, codes);
        _rows[entry] = row;
        Volatile.Write(ref _count, entry + 1);
        return entry;
    }

    /// <summary>Fetches what the next <see cref="Append"/> writes to.</summary>
    public void PrefetchNext()
    {
        if (!Sse.IsSupported || _count == _capacity)
            return;
        CodeBlock.Prefetch(CodesOf(_count / CodeBlock.Entries), Codes);
        Sse.Prefetch0(_rows + _count);
    }

    /// <summary>Reads an entry's codes.</summary>
    public void ReadCodes(int entry, Span<byte> codes) => CodeBlock.Read(CodesOf(entry / CodeBlock.Entries), entry % CodeBlock.Entries, codes);

    /// <summary>Fetches what <see cref="MarkEnded"/> writes to.</summary>
    public void PrefetchEnded(int entry)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_ended + entry / CodeBlock.Entries);
    }

    /// <summary>Notes that an entry's row has ended; the row's own end is written already.</summary>
    public void MarkEnded(int entry, long version)
    {
        Volatile.Write(ref _lastEnd, Math.Max(_lastEnd, version));
        ref uint ended = ref _ended[entry / CodeBlock.Entries];
        Volatile.Write(ref ended, ended | (1u << (entry % CodeBlock.Entries)));
        EndedCount++;
    }
}
