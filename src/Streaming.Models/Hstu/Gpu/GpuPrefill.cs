namespace Streaming.Models.Hstu.Gpu;

/// <summary>How <see cref="HstuGpuEngine.Append(IHstuSequence, ReadOnlySpan{HstuToken})"/> computes a rebuild.</summary>
public enum GpuPrefill
{
    /// <summary>By the kernels of a step: a rebuilt sequence goes on with the bits that a stepped one has. Reads the window once a token.</summary>
    Exact,

    /// <summary>
    /// 128 tokens at a time on tensor cores, which read the window once for all of them. A rebuilt sequence has other low bits than a stepped one.
    /// Where this cannot be, the exact kernels do it; see <see cref="HstuGpuEngine.PrefillObstacle"/>.
    /// </summary>
    TensorCores,
}
