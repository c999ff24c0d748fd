namespace Streaming.Models.Hstu.Gpu;

/// <summary>Which page of the pool, and which row of the page table, belongs to whom. Decides only; the device's copy is the engine's business.</summary>
public sealed class GpuPages
{
    private readonly Stack<int> _freePages = new();
    private readonly Stack<int> _freeSequences = new();
    private readonly int _pagesPerSequence;
    private int _newPages;
    private int _newSequences;

    /// <summary>All pages free.</summary>
    public GpuPages(int pageCount, int maxSequences, int pagesPerSequence)
    {
        PageCount = pageCount;
        MaxSequences = maxSequences;
        _pagesPerSequence = pagesPerSequence;
    }

    /// <summary>Pages of the pool.</summary>
    public int PageCount { get; }

    /// <summary>Rows of the page table.</summary>
    public int MaxSequences { get; }

    /// <summary>Pages that nobody holds.</summary>
    public int FreePages => _freePages.Count + PageCount - _newPages;

    /// <summary>A free row of the page table.</summary>
    /// <exception cref="InvalidOperationException">All are taken: the caller disposes sequences first.</exception>
    public int TakeSequence()
    {
        if (_freeSequences.TryPop(out var row)) return row;
        if (_newSequences == MaxSequences) throw new InvalidOperationException($"The GPU engine holds {MaxSequences} sequences, its most; dispose some before making more.");
        return _newSequences++;
    }

    /// <summary>A free page; the caller has checked <see cref="FreePages"/>.</summary>
    public int TakePage() => _freePages.TryPop(out var page) ? page
        : _newPages < PageCount ? _newPages++
        : throw new InvalidOperationException("The GPU engine's K/V memory is full.");

    /// <summary>Gives back a sequence and its pages.</summary>
    public void Free(int sequence, ReadOnlySpan<int> pages)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pages.Length, _pagesPerSequence);
        foreach (var page in pages) _freePages.Push(page);
        _freeSequences.Push(sequence);
    }

    /// <summary>Pages that a sequence of <paramref name="tokens"/> needs anew for <paramref name="added"/> more: a page when the ring first reaches it.</summary>
    public static int NewPages(long tokens, int added, GpuShape shape) => Pages(tokens + added, shape) - Pages(tokens, shape);

    /// <summary>Pages that a sequence of so many tokens holds.</summary>
    public static int Pages(long tokens, GpuShape shape) => (int)Math.Min((tokens + GpuShape.PageTokens - 1) / GpuShape.PageTokens, shape.RingPages);
}
