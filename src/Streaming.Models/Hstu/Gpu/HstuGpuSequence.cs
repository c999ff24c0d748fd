namespace Streaming.Models.Hstu.Gpu;

/// <summary>One user's pages in a <see cref="HstuGpuEngine"/>.</summary>
internal sealed class HstuGpuSequence(HstuGpuEngine engine, int row) : IHstuSequence
{
    /// <summary>The engine that owns the pages.</summary>
    public HstuGpuEngine Engine => engine;

    /// <summary>Its row of the page table.</summary>
    public int Row => row;

    /// <inheritdoc/>
    public long TokenCount { get; set; }

    /// <summary>Pages held.</summary>
    public int PageCount { get; set; }

    /// <summary>Tokens of the batch that is being checked or staged.</summary>
    public int Pending { get; set; }

    /// <summary>Its pages were given back.</summary>
    public bool IsDisposed { get; private set; }

    /// <inheritdoc/>
    public long SizeBytes => PageCount * engine.PageBytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsDisposed) return;
        IsDisposed = true;
        engine.Release(this);
        (TokenCount, PageCount) = (0, 0);
    }
}
