namespace Streaming.Models.Hstu.Cpu;

/// <summary>One user's K/V: a ring of pages. Token n lies in row n mod 64 of page (n / 64) mod pages.</summary>
/// <remarks>
/// Mutable, used on the engine's thread. Pages are rented when the ring first reaches them and given back by <see cref="Dispose"/>; one that is
/// dropped without it keeps them until the engine is disposed.
/// </remarks>
internal sealed unsafe class KvSequence : IHstuSequence
{
    private readonly KvArena _arena;
    private readonly KvLayout _layout;
    private readonly nint[] _pages;
    private int _rented;
    private bool _disposed;

    /// <param name="owner">The engine.</param>
    /// <param name="arena">Where pages come from.</param>
    /// <param name="layout">The layout of a page.</param>
    /// <param name="pendingFloats">Floats of <see cref="Pending"/>.</param>
    public KvSequence(CpuHstuEngine owner, KvArena arena, KvLayout layout, int pendingFloats)
    {
        (Owner, _arena, _layout) = (owner, arena, layout);
        _pages = new nint[layout.Pages];
        Pending = new float[pendingFloats];
    }

    public CpuHstuEngine Owner { get; }

    public long TokenCount { get; private set; }

    /// <summary>Tokens applied and those of the batch under way.</summary>
    public long StagedCount { get; private set; }

    public long SizeBytes => _rented * _layout.PageBytes;

    /// <summary>x⁰ of the newest token, which the next event's time makes final. Empty when rows are final on arrival.</summary>
    public float[] Pending { get; }

    public bool IsDisposed => _disposed || Owner.IsDisposed;

    public ReadOnlySpan<nint> Pages => _pages;

    /// <summary>Makes room for one more token.</summary>
    /// <returns>False when the arena is full; then <see cref="Unstage"/>.</returns>
    public bool TryStage()
    {
        if (_rented < _layout.Pages && StagedCount == (long)_rented * KvLayout.PageRows)
        {
            var page = _arena.TryRent();
            if (page == 0) return false;
            _pages[_rented++] = page;
        }
        StagedCount++;
        return true;
    }

    /// <summary>Takes back what was staged and not committed, its pages included.</summary>
    public void Unstage()
    {
        StagedCount = TokenCount;
        while (_rented > 0 && (_rented - 1L) * KvLayout.PageRows >= TokenCount) Return();
    }

    public void Commit() => TokenCount = StagedCount;

    public ref long Time(long token) => ref ((long*)PageOf(token))[token % KvLayout.PageRows];

    /// <summary>Event times from a token to the end of its page.</summary>
    public ReadOnlySpan<long> Times(long token)
    {
        var slot = (int)(token % KvLayout.PageRows);
        return new ReadOnlySpan<long>((long*)PageOf(token) + slot, KvLayout.PageRows - slot);
    }

    public byte* PageOf(long token) => (byte*)_pages[token / KvLayout.PageRows % _pages.Length];

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        while (_rented > 0) Return();
    }

    private void Return()
    {
        _arena.Return(_pages[--_rented]);
        _pages[_rented] = 0;
    }
}
