namespace Streaming.Models.Hstu.Gpu;

/// <summary>Which pages a sequence has, by slot: [row of the sequence][page of its ring], in pinned memory with a copy on the device.</summary>
internal sealed unsafe class GpuPageTable
{
    private readonly GpuContext _context;
    private readonly int _ringPages;
    private readonly nint _host;
    private int _dirtyFrom = int.MaxValue;
    private int _dirtyTo = -1;

    /// <summary>Takes its memory.</summary>
    public GpuPageTable(GpuContext context, int maxSequences, int ringPages)
    {
        (_context, _ringPages) = (context, ringPages);
        var bytes = (long)maxSequences * ringPages * sizeof(int);
        _host = context.AllocateHost(bytes, "the page table").Host;
        Device = context.Allocate(bytes, "the page table");
    }

    /// <summary>The copy on the device.</summary>
    public nint Device { get; }

    /// <summary>The pages that a sequence holds.</summary>
    public ReadOnlySpan<int> PagesOf(HstuGpuSequence sequence) => RowOf(sequence)[..sequence.PageCount];

    /// <summary>Gives a sequence another page.</summary>
    public void Add(HstuGpuSequence sequence, int page)
    {
        RowOf(sequence)[sequence.PageCount++] = page;
        _dirtyFrom = Math.Min(_dirtyFrom, sequence.Row);
        _dirtyTo = Math.Max(_dirtyTo, sequence.Row);
    }

    /// <summary>Queues the copy of what has changed.</summary>
    public void CopyUp()
    {
        if (_dirtyTo < 0) return;
        var (start, bytes) = ((nint)_dirtyFrom * _ringPages * sizeof(int), (nuint)(_dirtyTo - _dirtyFrom + 1) * (nuint)_ringPages * sizeof(int));
        CudaDriver.Require(CudaDriver.CopyUp(Device + start, _host + start, bytes, _context.Stream), "copying the page table");
        (_dirtyFrom, _dirtyTo) = (int.MaxValue, -1);
    }

    private Span<int> RowOf(HstuGpuSequence sequence) => new((int*)_host + ((long)sequence.Row * _ringPages), _ringPages);
}
