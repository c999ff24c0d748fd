using System.Diagnostics;

namespace Streaming.Models.Hstu;

/// <summary>The KV cache of one user: keys and values of the last W tokens at every layer, and their event times.</summary>
/// <remarks>
/// Mutable, with one owner at a time; no locks. It belongs to the model that fills it. Token n lies in slot n mod W. Pages of
/// <see cref="PageRows"/> slots are allocated when the ring first reaches them, so a new user holds one page, and nothing is ever moved.
/// <code>
/// page:  layer 0: K rows | V rows    layer 1: K rows | V rows    ...      row = H · head width floats, head-major
/// </code>
/// </remarks>
public sealed class HstuCache : IHstuSequence
{
    /// <summary>Slots of a page; the last page of a window that is no multiple has fewer.</summary>
    public const int PageRows = 16;

    private readonly Page?[] _pages;
    private readonly int _rowFloats;

    /// <summary>An empty cache for a user of <paramref name="model"/>.</summary>
    public HstuCache(HstuModel model)
    {
        Model = model;
        _rowFloats = model.Config.HeadsWidth;
        _pages = new Page?[(Window + PageRows - 1) / PageRows];
    }

    /// <summary>The model whose keys and values these are.</summary>
    public HstuModel Model { get; }

    /// <summary>Tokens applied since the cache was empty.</summary>
    public long TokenCount { get; private set; }

    /// <summary>Tokens whose keys and values are held, at most W.</summary>
    public int Rows => (int)Math.Min(TokenCount, Window);

    /// <summary>Bytes of the pages held. Does not shrink, not even by <see cref="Clear"/>.</summary>
    public long SizeBytes { get; private set; }

    private int Window => Model.Config.Window;

    /// <summary>Event time, Unix seconds, of a held token. Age 0 is the newest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The age is not in 0..Rows-1: a bug in the caller.</exception>
    public long EventTimeSeconds(int age)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(age);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(age, Rows);
        return TimeAt(TokenCount - 1 - age);
    }

    /// <summary>Forgets all tokens and keeps the pages; the start of a rebuild.</summary>
    public void Clear() => TokenCount = 0;

    /// <inheritdoc />
    public void Dispose()
    {
    }

    /// <summary>Makes room for the token after the newest. Until <see cref="Commit"/> it is not part of the cache.</summary>
    internal void Reserve(long eventTimeSeconds)
    {
        var slot = Slot(TokenCount);
        var page = _pages[slot / PageRows] ??= NewPage(slot / PageRows);
        page.Times[slot % PageRows] = eventTimeSeconds;
    }

    internal void Commit() => TokenCount++;

    internal long TimeAt(long token)
    {
        var slot = Slot(token);
        return PageAt(slot).Times[slot % PageRows];
    }

    internal Span<float> KeyOf(long token, int layer) => RowsOf(token, layer, value: false, 1);

    internal Span<float> ValueOf(long token, int layer) => RowsOf(token, layer, value: true, 1);

    /// <summary>How many tokens from this one on, at most <paramref name="limit"/>, lie one behind the other in memory.</summary>
    internal int RunLength(long token, int limit)
    {
        var slot = Slot(token);
        return Math.Min(limit, PageAt(slot).Times.Length - (slot % PageRows));
    }

    internal ReadOnlySpan<float> Keys(long token, int layer, int count) => RowsOf(token, layer, value: false, count);

    internal ReadOnlySpan<float> Values(long token, int layer, int count) => RowsOf(token, layer, value: true, count);

    private Span<float> RowsOf(long token, int layer, bool value, int count)
    {
        var slot = Slot(token);
        var page = PageAt(slot);
        var row = (((layer * 2) + (value ? 1 : 0)) * page.Times.Length) + (slot % PageRows);
        return page.Floats.AsSpan(row * _rowFloats, count * _rowFloats);
    }

    private int Slot(long token) => (int)(token % Window);

    private Page PageAt(int slot) => _pages[slot / PageRows] ?? throw new UnreachableException("A slot was used before it was reserved.");

    private Page NewPage(int index)
    {
        var rows = Math.Min(PageRows, Window - (index * PageRows));
        var page = new Page(new float[Model.Config.Layers * 2 * rows * _rowFloats], new long[rows]);
        SizeBytes += ((long)page.Floats.Length * sizeof(float)) + ((long)page.Times.Length * sizeof(long));
        return page;
    }

    private sealed record Page(float[] Floats, long[] Times);
}
