using System.Runtime.Intrinsics.X86;

namespace Streaming.Memory.Lists;

/// <summary>A fixed number of entries of one posting list, as the writer knows it. What searches read of it is its <see cref="Memory"/>.</summary>
internal sealed unsafe class ListChunk
{
    private readonly int _capacity;
    private bool _isSealed;

    public ListChunk(PostingList list, int index, int capacity, int codes, BlockPool.Block block)
    {
        List = list;
        Index = index;
        _capacity = capacity;
        Codes = codes;
        Block = block;
        Memory = ChunkMemory.Begin(block.Address, capacity, codes);
    }

    /// <summary>The list that the chunk belongs to.</summary>
    public PostingList List { get; }

    /// <summary>The chunk's number among the writer's chunks.</summary>
    public int Index { get; }

    /// <summary>The native block, for the pool.</summary>
    public BlockPool.Block Block { get; }

    /// <summary>What searches read.</summary>
    public ChunkMemory Memory { get; }

    /// <summary>Entries that readers may look at.</summary>
    public int Count => Memory.Count;

    /// <summary>The latest end among the entries, 0 when none ended.</summary>
    public long LastEnd => Memory.LastEnd;

    /// <summary>Entries whose row has ended.</summary>
    public int EndedCount { get; private set; }

    /// <summary>Codes an entry has.</summary>
    public int Codes { get; }

    /// <summary>False when the chunk takes no more entries.</summary>
    public bool IsOpen => Count < _capacity && !_isSealed;

    /// <summary>True once the chunk has left its list.</summary>
    public bool IsUnlinked { get; set; }

    /// <summary>True while the chunk waits to be reclaimed.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The rows of the entries that readers may look at.</summary>
    public ReadOnlySpan<int> Rows => Memory.Rows;

    public int RowOf(int entry) => Memory.RowNumbers[entry];

    /// <summary>Has the list's next entries go to another chunk.</summary>
    public void Seal() => _isSealed = true;

    /// <inheritdoc cref="ChunkMemory.Append"/>
    public int Append(int row, Rows.Row record, ReadOnlySpan<byte> codes) => Memory.Append(row, record, codes);

    /// <summary>Fetches what the next <see cref="Append"/> writes to.</summary>
    public void PrefetchNext()
    {
        int next = Count;
        if (!Sse.IsSupported || next == _capacity)
            return;
        CodeBlock.Prefetch(CodesOf(next / CodeBlock.Entries), Codes);
        Sse.Prefetch0(Memory.RowNumbers + next);
    }

    /// <summary>Reads an entry's codes.</summary>
    public void ReadCodes(int entry, Span<byte> codes) => CodeBlock.Read(CodesOf(entry / CodeBlock.Entries), entry % CodeBlock.Entries, codes);

    /// <summary>Fetches what <see cref="MarkEnded"/> writes to.</summary>
    public void PrefetchEnded() => Memory.PrefetchHead();

    /// <inheritdoc cref="ChunkMemory.MarkEnded"/>
    public void MarkEnded(int entry, long version)
    {
        Memory.MarkEnded(entry, version);
        EndedCount++;
    }

    private byte* CodesOf(int block) => Memory.Codes + (long)block * CodeBlock.Bytes(Codes);
}
