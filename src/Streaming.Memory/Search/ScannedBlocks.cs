using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Lists;

namespace Streaming.Memory.Search;

/// <summary>The blocks that a scan has met, so that a candidate is a number until it is chosen: 32 × its block's number + its place in the block. On borrowed memory.</summary>
internal unsafe ref struct ScannedBlocks(SearchScratch scratch)
{
    private const int PrefetchAhead = 16;
    private Span<nint> _rows = scratch.Blocks(0);
    private int _count;

    /// <summary>Makes room for so many blocks more.</summary>
    public void Reserve(int blocks)
    {
        if (_count + blocks > _rows.Length)
            _rows = scratch.Blocks(_count + blocks);
    }

    /// <summary>Adds a block for which there is room.</summary>
    /// <param name="rows">Where its chunk names the block's rows.</param>
    /// <returns>The number of its first entry.</returns>
    public int Add(int* rows)
    {
        _rows[_count] = (nint)rows;
        return _count++ * CodeBlock.Entries;
    }

    /// <summary>The rows of candidates, on memory of this thread's searches.</summary>
    public readonly ReadOnlySpan<int> Rows(ReadOnlySpan<int> candidates)
    {
        Span<int> rows = scratch.Rows(candidates.Length);
        for (int i = 0; Sse.IsSupported && i < Math.Min(PrefetchAhead, candidates.Length); i++)
            Sse.Prefetch0(At(candidates[i]));
        for (int i = 0; i < rows.Length; i++)
        {
            if (Sse.IsSupported && i + PrefetchAhead < candidates.Length)
                Sse.Prefetch0(At(candidates[i + PrefetchAhead]));
            rows[i] = *At(candidates[i]);
        }
        return rows;
    }

    private readonly int* At(int candidate) => (int*)_rows[candidate / CodeBlock.Entries] + candidate % CodeBlock.Entries;
}
