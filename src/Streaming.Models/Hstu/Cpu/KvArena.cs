namespace Streaming.Models.Hstu.Cpu;

/// <summary>The K/V pages of an engine's sequences: native memory with a hard capacity.</summary>
/// <remarks>
/// Pages come from slabs, which are allocated when first needed and kept until <see cref="Dispose"/>; a page given back goes to the next that
/// asks. Mutable, one owner thread. Slabs free themselves if the arena is forgotten.
/// </remarks>
internal sealed class KvArena(KvLayout layout, long capacityBytes) : IDisposable
{
    private const long SlabBytes = 8 << 20;

    private readonly List<KvSlab> _slabs = [];
    private readonly long _maxPages = capacityBytes / layout.PageBytes;
    private readonly Stack<nint> _free = new();
    private long _pages;

    public long CapacityBytes => capacityBytes;

    /// <summary>Bytes of the pages that sequences hold.</summary>
    public long UsedBytes => (_pages - _free.Count) * layout.PageBytes;

    public bool IsDisposed { get; private set; }

    /// <summary>A page, or 0 when the capacity is used up. Its content is what its last owner left.</summary>
    public nint TryRent()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (_free.Count == 0 && !TryGrow()) return 0;
        return _free.Pop();
    }

    public void Return(nint page)
    {
        if (!IsDisposed) _free.Push(page);
    }

    public void Dispose()
    {
        IsDisposed = true;
        foreach (var slab in _slabs) slab.Dispose();
        _slabs.Clear();
    }

    private bool TryGrow()
    {
        var pages = Math.Min(Math.Max(1, SlabBytes / layout.PageBytes), _maxPages - _pages);
        if (pages <= 0) return false;
        var slab = new KvSlab(pages * layout.PageBytes);
        _slabs.Add(slab);
        _pages += pages;
        // Room for every page, so that giving back never allocates.
        _free.EnsureCapacity((int)_pages);
        for (var page = pages - 1; page >= 0; page--) _free.Push(slab.Start + (nint)(page * layout.PageBytes));
        return true;
    }
}
