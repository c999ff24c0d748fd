namespace Streaming.Models.Hstu.Gpu;

/// <summary>One user's pages in a <see cref="HstuGpuEngine"/>.</summary>
internal sealed class HstuGpuSequence(HstuGpuEngine engine, int row) : IHstuSequence
{
    private byte[] _newest = [];

    /// <summary>The engine that owns the pages.</summary>
    public HstuGpuEngine Engine => engine;

    /// <summary>Its row of the page table.</summary>
    public int Row => row;

    /// <inheritdoc/>
    public long TokenCount { get; set; }

    /// <summary>Pages held.</summary>
    public int PageCount { get; set; }

    /// <summary>Tokens in the batch that is being checked, or in the launch that is being staged, which has the number <see cref="Stamp"/>.</summary>
    public int Pending { get; set; }

    /// <summary>Place of its latest token in the batch that is being checked.</summary>
    public int Place { get; set; }

    /// <summary>What <see cref="Pending"/> counts for; another number means none.</summary>
    public long Stamp { get; set; } = -1;

    /// <summary>The newest token's row, which the next event's time makes final. Empty when rows are final on arrival.</summary>
    public ReadOnlySpan<byte> Newest => _newest;

    /// <summary>Copies the row of the newest token.</summary>
    public void Keep(ReadOnlySpan<byte> row)
    {
        if (_newest.Length != row.Length) _newest = new byte[row.Length];
        row.CopyTo(_newest);
    }

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
