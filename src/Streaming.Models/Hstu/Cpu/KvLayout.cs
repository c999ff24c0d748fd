namespace Streaming.Models.Hstu.Cpu;

/// <summary>Where things lie in a page of K/V memory.</summary>
/// <remarks>
/// A page holds <see cref="PageRows"/> successive tokens of one sequence. A layer's block is contiguous, so attention reads memory in one
/// direction: the keys of the page, then its values.
/// <code>
/// page:   event times, 64 · int64 | layer 0 | layer 1 | ...           padded to 64 bytes
/// layer:  K of head 0 | K of head 1 | ... | V
/// K:      [head width][64 tokens]     dot products run down, one lane a token: no sum across lanes
/// V:      [64 tokens][heads · padded head width]     sums run over tokens, one lane a number
/// </code>
/// The head width of V is padded with zeros to whole groups of 32, and so are all of the engine's vectors: no loop has a tail.
/// </remarks>
internal sealed class KvLayout
{
    /// <summary>Tokens of a page; also what a page's event times need to fill whole cache lines.</summary>
    public const int PageRows = 64;

    /// <summary>Numbers that vectors are padded to.</summary>
    public const int Group = 32;

    public KvLayout(HstuConfig config, HstuKvPrecision precision)
    {
        var numberBytes = precision switch
        {
            HstuKvPrecision.Bf16 => Bf16Format.Bytes,
            HstuKvPrecision.Fp8 => Fp8Format.Bytes,
            _ => Fp32Format.Bytes,
        };
        HeadStride = Pad(config.HeadWidth);
        HeadsStride = config.Heads * HeadStride;
        KeyBytes = config.HeadsWidth * PageRows * numberBytes;
        BlockBytes = KeyBytes + (PageRows * HeadsStride * numberBytes);
        PageBytes = (long)TimesBytes + ((long)config.Layers * BlockBytes);
        Pages = (config.Window + PageRows - 1) / PageRows;
    }

    /// <summary>Padded head width.</summary>
    public int HeadStride { get; }

    /// <summary>Heads · padded head width.</summary>
    public int HeadsStride { get; }

    /// <summary>Bytes of a layer's keys in a page.</summary>
    public int KeyBytes { get; }

    /// <summary>Bytes of a layer's keys and values in a page.</summary>
    public int BlockBytes { get; }

    /// <summary>Bytes of a page, a multiple of 64.</summary>
    public long PageBytes { get; }

    /// <summary>Pages of a full window: the ring has 64 · this many slots, W or a little more.</summary>
    public int Pages { get; }

    /// <summary>Bytes of a sequence with a full window.</summary>
    public long MaxSequenceBytes => Pages * PageBytes;

    private static int TimesBytes => PageRows * sizeof(long);

    /// <summary>A width, padded to whole groups.</summary>
    public static int Pad(int width) => (width + Group - 1) / Group * Group;

    /// <summary>Where a layer's block begins in a page.</summary>
    public long BlockOffset(int layer) => TimesBytes + ((long)layer * BlockBytes);
}
