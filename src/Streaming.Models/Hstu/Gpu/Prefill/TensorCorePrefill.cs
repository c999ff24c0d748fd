using System.Runtime.CompilerServices;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>Computes up to <see cref="PrefillPlan.ChunkTokens"/> new tokens of each of a few sequences at once, into the pages that the step's kernels read.</summary>
/// <remarks>
/// A layer is four kernels: project, attend, combine, output (Kernels/Prefill says how they work); of the last layer only the keys and values are made, as no
/// embedding is. Each starts before the one before has ended; only the first of a call, the entry, waits for all that was before.
/// </remarks>
internal sealed unsafe class TensorCorePrefill : IDisposable
{
    private const int Rows = PrefillPlan.MaxSequences * PrefillPlan.ChunkTokens, EmbedRows = 4, StatisticsColumns = 32;
    private const int MultiplyThreads = 256, ProjectThreads = MultiplyThreads + 32, AttendThreads = MultiplyThreads + 128;
    private const int BucketBytesOfTile = MultiplyThreads * 32, SumBytes = 128;
    private readonly GpuShape _shape;
    private readonly GpuContext _context;
    private readonly PrefillKernels _kernels;
    private readonly PrefillCall _fixed;
    private readonly PrefillEntry _entry;
    private readonly GpuRows _rows;
    private readonly (nint Host, nint Device) _staged;
    private readonly nint _uvqk, _outputWeight, _onDevice;
    private readonly List<CudaTensorMap> _maps = [];
    private readonly CudaTensorMap _xMap, _yMap, _queryMap, _poolMap;
    private readonly Dictionary<PrefillTile, CudaTensorMap> _projectMaps, _outputMaps;
    private int _sequences, _tiles;

    /// <summary>Compiles the kernels and takes memory for the matrices and the scratch.</summary>
    /// <param name="context">The engine's.</param>
    /// <param name="shape">Of a model that meets <see cref="PrefillNeeds"/>, with a ring for this.</param>
    /// <param name="model">The model.</param>
    /// <param name="step">Where the step has its weights, pages and page table.</param>
    /// <param name="poolPages">Pages of the pool.</param>
    /// <param name="cache">Where compiled kernels are kept.</param>
    public TensorCorePrefill(GpuContext context, GpuShape shape, HstuModel model, in GpuStepArguments step, long poolPages, GpuKernelCache cache)
    {
        (_context, _shape) = (context, shape);
        var config = model.Config;
        _kernels = new PrefillKernels(config, context.Info, cache);
        var weights = new PrefillWeights(model);
        _uvqk = Upload<ushort>(weights.Uvqk, "the prefill's projection");
        _outputWeight = Upload<ushort>(weights.Output, "the prefill's output projection");
        _staged = context.AllocateHost(StagedBytes, "a prefill's rows");
        _onDevice = context.Allocate(StagedBytes, "a prefill's rows");
        _rows = new GpuRows(shape, _staged.Host + SequenceBytes, Rows);
        _entry = new PrefillEntry
        {
            Inputs = _onDevice + SequenceBytes,
            ContentWeight = step.ContentWeight,
            ContentBias = step.ContentBias,
            Actions = step.Actions,
            Unknown = step.Unknown,
        };
        var cells = (long)Rows * config.Width;
        _fixed = new PrefillCall
        {
            Sequences = _onDevice,
            PageTable = step.PageTable,
            Pool = step.Pool,
            X = context.Allocate(cells * sizeof(float), "the prefill's residual stream"),
            Xb = context.Allocate(cells * sizeof(ushort), "the prefill's residual stream"),
            Stats = context.Allocate(cells / StatisticsColumns * 2 * sizeof(float), "the prefill's statistics"),
            U = context.Allocate(cells * sizeof(ushort), "the prefill's gates"),
            Q = context.Allocate(cells * sizeof(ushort), "the prefill's queries"),
            Y = context.Allocate(cells * sizeof(ushort), "the prefill's attention"),
            Partials = context.Allocate((long)PrefillPlan.MaxPartRows(config.Heads, config.Window) * config.Width * sizeof(float), "the prefill's partial sums"),
            Buckets = context.Allocate((long)PrefillPlan.MaxSequences * PrefillPlan.MaxTiles(config.Window) * BucketBytesOfTile, "the prefill's time buckets"),
            ColumnSums = Upload<float>(weights.ColumnSums, "the prefill's column sums"),
            OutputBias = step.OutputBias,
            Position = step.Position,
            Tau = step.Tau,
            BucketBounds = step.BucketBounds,
            TableStride = shape.RingPages,
            PageRows = (int)(shape.PageBytes / RowBytes),
            Layers = config.Layers,
            Window = config.Window,
        };
        _xMap = Map(_fixed.Xb, Rows, config.Width, PrefillPlan.ChunkTokens);
        _yMap = Map(_fixed.Y, Rows, config.Width, PrefillPlan.ChunkTokens);
        _queryMap = Map(_fixed.Q, Rows, config.Width, PrefillPlan.ChunkTokens);
        _poolMap = Map(_fixed.Pool, poolPages * _fixed.PageRows, PrefillNeeds.HeadWidth, GpuShape.PageTokens);
        _projectMaps = PrefillPlan.Projects.ToDictionary(tile => tile, tile => Map(_uvqk, config.Layers * 4L * config.Width, config.Width, tile.Columns / tile.Share));
        _outputMaps = PrefillPlan.Outputs.ToDictionary(tile => tile, tile => Map(_outputWeight, (long)config.Layers * config.Width, config.Width, tile.Columns / tile.Share));
    }

    /// <summary>Sequences staged so far.</summary>
    public int Count => _sequences;

    private static int SequenceBytes => PrefillPlan.MaxSequences * sizeof(PrefillSequence);

    private static int RowBytes => PrefillNeeds.HeadWidth * sizeof(ushort);

    private long StagedBytes => SequenceBytes + ((long)Rows * _shape.RowBytes);

    private HstuConfig Config => _shape.Config;

    /// <summary>Stages new tokens of a sequence; the sequence counts the ones before them, and will have their pages when the call is launched.</summary>
    public void Stage(HstuGpuSequence sequence, ReadOnlySpan<HstuToken> tokens)
    {
        var first = PrefillSequence.Folded(sequence.TokenCount, _shape);
        ((PrefillSequence*)_staged.Host)[_sequences++] = new(first, tokens.Length, sequence.Row, _rows.Count);
        _tiles = Math.Max(_tiles, Tiles(first, tokens.Length));
        for (var i = 0; i < tokens.Length; i++) _rows.Add(sequence, tokens[i], sequence.TokenCount + i, output: -1);
    }

    /// <summary>Queues what is staged. The staging memory is free when the device was waited for.</summary>
    public void Launch()
    {
        CudaDriver.Require(CudaDriver.CopyUp(_onDevice, _staged.Host, (nuint)(SequenceBytes + _rows.SizeBytes), _context.Stream), "copying a prefill's rows");
        var plan = PrefillPlan.For(Config.Heads, _sequences, _tiles);
        var call = _fixed;
        (call.Tiles, call.Rows) = (_tiles, _sequences * PrefillPlan.ChunkTokens);
        Embed(call);
        FindBuckets(call);
        for (var layer = 0; layer < Config.Layers; layer++)
        {
            var last = layer == Config.Layers - 1;
            Project(call, plan, layer, last ? 0 : PrefillPlan.TilesAhead);
            if (last) break;
            Attend(call, plan, layer);
            Combine(call, plan);
            Output(call, plan, layer);
        }
        _rows.Clear();
        (_sequences, _tiles) = (0, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var map in _maps) map.Dispose();
        _kernels.Dispose();
    }

    private int Tiles(int first, int count) =>
        ((first + count - 1) / GpuShape.PageTokens) + 1 - (Math.Max(0, first - Config.Window + 1) / GpuShape.PageTokens);

    private void Embed(PrefillCall call)
    {
        var entry = _entry;
        void** arguments = stackalloc void*[] { &call, &entry };
        Launch("embed", _kernels.Embed, new(PrefillPlan.ChunkTokens / EmbedRows, _sequences), Config.Width / 4, sharedBytes: 0, [], arguments);
    }

    private void FindBuckets(PrefillCall call)
    {
        void** arguments = stackalloc void*[] { &call };
        Launch("find_buckets", _kernels.FindBuckets, new(_tiles, _sequences), MultiplyThreads, sharedBytes: 0, [CudaLaunchAttribute.Chained()], arguments);
    }

    private void Project(PrefillCall call, PrefillPlan plan, int layer, int ahead)
    {
        var (tile, splits) = (plan.Project, plan.Splits);
        void** arguments = stackalloc void*[] { _xMap.Pointer, _projectMaps[tile].Pointer, &call, &layer, &splits, &ahead };
        Launch("project", _kernels.Project[tile], new(4 * Config.Width / tile.Columns, _sequences, tile.Split), ProjectThreads, tile.SharedBytes,
            [CudaLaunchAttribute.Chained(), CudaLaunchAttribute.Cluster(1, (uint)tile.Share, (uint)tile.Split)], arguments);
    }

    // It also brings the weights of the projections after it to L2.
    private void Attend(PrefillCall call, PrefillPlan plan, int layer)
    {
        var (most, cells) = (plan.MostTiles, (nint)Config.Width * Config.Width * sizeof(ushort));
        nint output = _outputWeight + (layer * cells), next = _uvqk + ((layer + 1) * 4 * cells);
        void** arguments = stackalloc void*[] { _queryMap.Pointer, _poolMap.Pointer, &call, &layer, &most, &output, &next };
        Launch("attend", _kernels.Attend[plan.AttendCluster], new(plan.Splits, Config.Heads, _sequences), AttendThreads, plan.AttendSharedBytes,
            [CudaLaunchAttribute.Chained(), CudaLaunchAttribute.Cluster((uint)plan.AttendCluster)], arguments);
    }

    private void Combine(PrefillCall call, PrefillPlan plan)
    {
        var parts = plan.Parts;
        void** arguments = stackalloc void*[] { &call, &parts };
        Launch("combine", _kernels.Combine, new(call.Rows), Config.Width / 4, SumBytes, [CudaLaunchAttribute.Chained()], arguments);
    }

    private void Output(PrefillCall call, PrefillPlan plan, int layer)
    {
        var tile = plan.Output;
        void** arguments = stackalloc void*[] { _yMap.Pointer, _outputMaps[tile].Pointer, &call, &layer };
        Launch("output", _kernels.Output[tile], new(Config.Width / tile.Columns, _sequences, tile.Split), ProjectThreads, tile.SharedBytes,
            [CudaLaunchAttribute.Chained(), CudaLaunchAttribute.Cluster(1, (uint)tile.Share, (uint)tile.Split)], arguments);
    }

    private readonly record struct Grid(int X, int Y = 1, int Z = 1);

    private void Launch(string name, nint function, Grid grid, int threads, int sharedBytes, ReadOnlySpan<CudaLaunchAttribute> attributes, void** arguments)
    {
        fixed (CudaLaunchAttribute* first = attributes)
        {
            var launch = new CudaLaunch
            {
                GridX = (uint)grid.X,
                GridY = (uint)grid.Y,
                GridZ = (uint)grid.Z,
                BlockX = (uint)threads,
                BlockY = 1,
                BlockZ = 1,
                SharedBytes = (uint)sharedBytes,
                Stream = _context.Stream,
                Attributes = first,
                AttributeCount = (uint)attributes.Length,
            };
            CudaDriver.Require(CudaDriver.Launch(launch, function, arguments, null), $"launching {name} of a prefill");
        }
    }

    private CudaTensorMap Map(nint address, long rows, int columns, int boxRows)
    {
        var map = new CudaTensorMap(address, rows, columns, boxRows);
        _maps.Add(map);
        return map;
    }

    private nint Upload<T>(T[] values, string purpose)
        where T : unmanaged
    {
        var bytes = (long)values.Length * Unsafe.SizeOf<T>();
        var address = _context.Allocate(bytes, purpose);
        fixed (T* from = values) CudaDriver.Require(CudaDriver.CopyUp(address, (nint)from, (nuint)bytes, _context.Stream), $"copying {purpose}");
        return address;
    }
}
