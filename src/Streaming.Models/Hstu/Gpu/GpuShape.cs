using System.Globalization;
using System.Numerics;
using Streaming.Models.Hstu.Gpu.Prefill;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The kernel's compile-time constants for a model, and the sizes that follow from them. Mirrors Kernels/1-Shape.cu.</summary>
public sealed record GpuShape
{
    /// <summary>Tokens of a page.</summary>
    public const int PageTokens = 64;

    /// <summary>Warps of a block, and the most spans of a window.</summary>
    public const int Warps = 16;

    /// <summary>Blocks of a cluster: the most that every device with clusters has.</summary>
    public const int ClusterBlocks = 8;

    /// <summary>Batches up to this many rows are computed by a cluster for each sequence, where the device has clusters.</summary>
    public const int ClusterRows = 8;

    /// <summary>Batches of more rows than this are computed by a launch for each phase, with bfloat16 keys and values.</summary>
    public const int OneLaunchRows = 1_000;

    private const int RowHeaderBytes = 48;
    private const int TimesBytes = PageTokens * sizeof(long);
    private const int MaxSpan = 30 * PageTokens;

    /// <summary>Derives everything from a model's configuration.</summary>
    /// <param name="config">The model's.</param>
    /// <param name="format">How keys and values are kept.</param>
    /// <param name="prefill">How a rebuild is asked to be computed: with tensor cores the ring has room for a chunk of theirs, if the model is one for them.</param>
    /// <exception cref="ArgumentException">The model is beyond what the kernel can do; the message lists every violation.</exception>
    public GpuShape(HstuConfig config, GpuKeyValueFormat format, GpuPrefill prefill = GpuPrefill.Exact)
    {
        Config = config;
        Format = format;
        HeadPadded = Math.Max(format == GpuKeyValueFormat.Fp8 ? 16 : 8, (int)BitOperations.RoundUpToPowerOf2((uint)config.HeadWidth));
        GroupTokens = Group(HeadPadded, format);
        // Some groups a span, or adding a span's lanes would cost as much as the span; fp8 has more lanes' sums to add and fewer bytes to hide it.
        SpanTokens = GroupTokens * Math.Max(config.Window < 512 ? 1 : format == GpuKeyValueFormat.Fp8 ? 4 : 2, DivideUp(config.Window, Warps * GroupTokens));
        Spans = DivideUp(config.Window, SpanTokens);
        // Rows of one sequence in one launch need slots beyond the window; a whole page of them at least.
        var rowsAtOnce = prefill == GpuPrefill.TensorCores && PrefillNeeds.OfModel(config, format).Count == 0 ? PrefillPlan.ChunkTokens : PageTokens;
        RingPages = DivideUp(config.Window + rowsAtOnce - 1, PageTokens);
        if (Violations() is { Count: > 0 } violations)
            throw new ArgumentException($"The GPU engine cannot run this model: {string.Join("; ", violations)}.");
    }

    public HstuConfig Config { get; }

    public GpuKeyValueFormat Format { get; }

    /// <summary>Head width rounded up to what a warp's loads divide.</summary>
    public int HeadPadded { get; }

    /// <summary>Tokens that a warp loads at once.</summary>
    public int GroupTokens { get; }

    /// <summary>Tokens of a span: the part of a window that one warp sums.</summary>
    public int SpanTokens { get; }

    /// <summary>Spans of a window, at most <see cref="Warps"/>.</summary>
    public int Spans { get; }

    /// <summary>Pages of a full sequence.</summary>
    public int RingPages { get; }

    /// <summary>Slots of a full sequence: a token's slot is its number modulo this.</summary>
    public int RingTokens => RingPages * PageTokens;

    /// <summary>Most rows of one sequence in one launch, so that none overwrites what another one reads.</summary>
    public int MaxRowsPerSequence => RingTokens - Config.Window + 1;

    public int HeadsPadded => Config.Heads * HeadPadded;

    public int WidthPadded => DivideUp(Config.Width, 32) * 32;

    public int HeadsPaddedForK => DivideUp(HeadsPadded, 32) * 32;

    public int UvqkTiles => 4 * HeadsPadded / 8;

    public int OutputTiles => DivideUp(Config.Width, 8);

    public int WindowStride => DivideUp(Config.Window, 64) * 64;

    public int RowBytes => DivideUp(RowHeaderBytes + (Config.ContentWidth * sizeof(float)), 16) * 16;

    private int KeyValueRowBytes => HeadPadded * (Format == GpuKeyValueFormat.Fp8 ? 1 : 2);

    /// <summary>Bytes of a page: times, then each layer's and head's keys and values.</summary>
    public long PageBytes => TimesBytes
        + ((long)Config.Layers * Config.Heads * 2 * PageTokens * (KeyValueRowBytes + (Format == GpuKeyValueFormat.Fp8 ? sizeof(float) : 0)));

    /// <summary>Bytes of keys, values and their scales that a step of a full window must read.</summary>
    public long WindowBytes => (long)Config.Layers * Config.Heads * 2 * Config.Window * (KeyValueRowBytes + (Format == GpuKeyValueFormat.Fp8 ? sizeof(float) : 0));

    /// <summary>Row tiles of 16 that a projection's block may hold in shared memory.</summary>
    public int MaxRowTiles(int sharedBytes)
    {
        foreach (var tiles in new[] { 4, 2, 1 })
            if (SharedBytes(tiles) <= sharedBytes - 4_096) return tiles;
        throw new ArgumentException($"The GPU engine cannot run this model: width {Config.Width} needs {SharedBytes(1)} bytes of shared memory; the device has {sharedBytes}.");
    }

    /// <summary>Dynamic shared memory: the largest of the phases' needs.</summary>
    public int SharedBytes(int rowTiles)
    {
        var project = (rowTiles * 16 * (WidthPadded + 8) * 2) + (rowTiles * 16 * 16) + (16 * (Config.Width + 64) * sizeof(float));
        var output = (rowTiles * 16 * (HeadsPaddedForK + 8) * 2) + (ClusterRows * HeadsPadded * sizeof(float));
        var attend = (2 * Warps * HeadPadded * sizeof(float)) + 64;
        var head = ((16 * Config.Width) + (16 * 16 * 32)) * sizeof(float);
        return Math.Max(Math.Max(project, output), Math.Max(attend, head));
    }

    /// <summary>The definitions to compile with.</summary>
    public unsafe IReadOnlyList<string> Defines(int rowTiles) =>
    [
        Define("LAYERS", Config.Layers), Define("D", Config.Width), Define("H", Config.Heads), Define("DH", Config.HeadWidth), Define("DP", HeadPadded),
        Define("W", Config.Window), Define("C", Config.ContentWidth), Define("O", Config.OutputWidth), Define("RPAGES", RingPages),
        Define("SPAN", SpanTokens), Define("KV8", Format == GpuKeyValueFormat.Fp8 ? 1 : 0), Define("TIMEBIAS", Config.TimeBias ? 1 : 0),
        Define("MTMAX", rowTiles), Define("CLUSTER", ClusterBlocks), Define("CLUSTER_ROWS", ClusterRows), Define("MOST_LOADS", MostLoads(Format)), Define("INLINE_BYTES", GpuStepArguments.InlineBytes), Define("PARAMS_BYTES", sizeof(GpuStepArguments)),
    ];

    private static string Define(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"-D{name}={value}");

    private static int MostLoads(GpuKeyValueFormat format) => format == GpuKeyValueFormat.Fp8 ? 4 : 8;

    private static int Group(int headPadded, GpuKeyValueFormat format)
    {
        var lanes = headPadded / (format == GpuKeyValueFormat.Fp8 ? 16 : 8);
        var rowsPerLoad = 32 / lanes;
        return Math.Min(PageTokens / rowsPerLoad, MostLoads(format)) * rowsPerLoad;
    }

    private List<string> Violations()
    {
        var violations = new List<string>();
        if (SpanTokens > MaxSpan) violations.Add($"Window is {Config.Window}; it must be at most {MaxSpan * Warps}");
        if (Format == GpuKeyValueFormat.Fp8 && HeadPadded > 128) violations.Add($"HeadWidth is {Config.HeadWidth}; with fp8 keys and values it must be at most 128");
        return violations;
    }

    private static int DivideUp(int value, int by) => (value + by - 1) / by;
}
