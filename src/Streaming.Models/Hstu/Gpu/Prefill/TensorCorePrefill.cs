using System.Runtime.CompilerServices;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>Computes up to <see cref="PrefillPlan.ChunkTokens"/> new tokens of each of a few sequences at once, into the pages that the step's kernels read.</summary>
/// <remarks>
/// A layer is four kernels: project, attend, combine, output (Kernels/Prefill says how they work); of the last layer only the keys and values are made, as no
/// embedding is. Each starts before the one before has ended; only the first of a group, the entry, waits for all that was before. All of a call is a graph,
/// kept by number of sequences and length of window: launched one by one they take longer to launch than to run.
/// </remarks>
internal sealed unsafe class TensorCorePrefill : IDisposable
{
    private const int EmbedRows = 4, MultiplyThreads = 256, ProjectThreads = MultiplyThreads + 32, AttendThreads = MultiplyThreads + 128, SumBytes = 128;
    private const uint NonBlocking = 1, WithoutTime = 2;
    private readonly GpuShape _shape;
    private readonly nint _stream, _side, _forked, _joined;
    private readonly PrefillKernels _kernels;
    private readonly PrefillMemory _memory;
    private readonly GpuRows _rows;
    private readonly Dictionary<(int Sequences, int Tiles), CudaGraph> _graphs = [];
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
        (_shape, _stream) = (shape, context.Stream);
        _kernels = new PrefillKernels(model.Config, context.Info, cache);
        _memory = new PrefillMemory(context, shape, model, step, poolPages);
        _rows = new GpuRows(shape, _memory.StagedRows, PrefillMemory.Rows);
        CudaDriver.Require(CudaDriver.StreamCreate(out _side, NonBlocking), "making a stream");
        CudaDriver.Require(CudaDriver.EventCreate(out _forked, WithoutTime), "making an event");
        CudaDriver.Require(CudaDriver.EventCreate(out _joined, WithoutTime), "making an event");
    }

    private HstuConfig Config => _shape.Config;

    /// <summary>Stages new tokens of a sequence; the sequence counts the ones before them, and will have their pages when the call is launched.</summary>
    public void Stage(HstuGpuSequence sequence, ReadOnlySpan<HstuToken> tokens)
    {
        var first = PrefillPlan.Folded(sequence.TokenCount, _shape.RingTokens);
        _memory.StagedSequences[_sequences++] = new(first, tokens.Length, sequence.Row, _rows.Count);
        _tiles = Math.Max(_tiles, Tiles(first, tokens.Length));
        for (var i = 0; i < tokens.Length; i++) _rows.Add(sequence, tokens[i], sequence.TokenCount + i, output: -1);
    }

    /// <summary>Queues what is staged. The staging memory is free when the device was waited for.</summary>
    public void Launch()
    {
        _memory.CopyUp(_rows.SizeBytes, _stream);
        var (sequences, tiles) = (_sequences, PrefillPlan.Rounded(_tiles));
        if (!_graphs.TryGetValue((sequences, tiles), out var graph)) _graphs[(sequences, tiles)] = graph = new CudaGraph(_stream, () => Queue(sequences, tiles));
        graph.Launch(_stream);
        _rows.Clear();
        (_sequences, _tiles) = (0, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var graph in _graphs.Values) graph.Dispose();
        _ = CudaDriver.StreamDestroy(_side);
        _ = CudaDriver.EventDestroy(_forked);
        _ = CudaDriver.EventDestroy(_joined);
        _memory.Dispose();
        _kernels.Dispose();
    }

    private void Queue(int sequences, int tiles)
    {
        var sizes = PrefillPlan.Groups(sequences);
        var groups = new Group[sizes.Count];
        for (var i = 0; i < groups.Length; i++)
            groups[i] = new(_memory.CallOf(i, sizes, tiles), PrefillPlan.For(Config.Heads, sizes[i], alone: groups.Length == 1, tiles), _memory.MapsOf(i), i == 0 ? _stream : _side, sizes[i]);
        for (var layer = 0; layer < Config.Layers; layer++)
        {
            foreach (var group in groups)
            {
                if (layer == 0)
                {
                    // The second group is a projection behind the first.
                    if (group != groups[0]) CudaDriver.Require(CudaDriver.StreamWait(_side, _forked, 0), "starting the second group of a prefill");
                    Embed(group);
                    FindBuckets(group);
                }
                Project(group, layer);
                if (layer == 0 && group == groups[0]) CudaDriver.Require(CudaDriver.EventRecord(_forked, _stream), "recording an event");
                if (layer == Config.Layers - 1) continue;
                Attend(group, layer);
                Combine(group);
                Output(group, layer);
            }
        }
        if (groups.Length > 1)
        {
            CudaDriver.Require(CudaDriver.EventRecord(_joined, _side), "recording an event");
            CudaDriver.Require(CudaDriver.StreamWait(_stream, _joined, 0), "joining the groups of a prefill");
        }
    }

    private int Tiles(int first, int count) =>
        ((first + count - 1) / GpuShape.PageTokens) + 1 - (Math.Max(0, first - Config.Window + 1) / GpuShape.PageTokens);

    private void Embed(Group group)
    {
        var (call, entry) = (group.Call, _memory.Entry);
        void** arguments = stackalloc void*[] { &call, &entry };
        Launch("embed", _kernels.Embed, new(PrefillPlan.ChunkTokens / EmbedRows, group.Sequences), Config.Width / 4, sharedBytes: 0, [], group.Stream, arguments);
    }

    private void FindBuckets(Group group)
    {
        var call = group.Call;
        void** arguments = stackalloc void*[] { &call };
        Launch("find_buckets", _kernels.FindBuckets, new(group.Sequences, call.Tiles), MultiplyThreads, sharedBytes: 0, [CudaLaunchAttribute.Chained()], group.Stream, arguments);
    }

    private void Project(Group group, int layer)
    {
        var (call, tile) = (group.Call, group.Plan.Project);
        void** arguments = stackalloc void*[] { group.Maps.X.Pointer, _memory.UvqkMaps[tile].Pointer, &call, &layer };
        Launch("project", _kernels.Project[tile], new(4 * Config.Width / tile.Columns, group.Sequences), ProjectThreads, tile.SharedBytes,
            [CudaLaunchAttribute.Chained(), CudaLaunchAttribute.Cluster(1, (uint)tile.Share)], group.Stream, arguments);
    }

    private void Attend(Group group, int layer)
    {
        var (call, plan) = (group.Call, group.Plan);
        var most = plan.MostTiles;
        void** arguments = stackalloc void*[] { group.Maps.Queries.Pointer, _memory.PoolMap.Pointer, &call, &layer, &most };
        Launch("attend", _kernels.Attend, new(plan.Splits, Config.Heads, group.Sequences), AttendThreads, plan.AttendSharedBytes,
            [CudaLaunchAttribute.Chained(), CudaLaunchAttribute.Cluster(PrefillPlan.AttendCluster)], group.Stream, arguments);
    }

    private void Combine(Group group)
    {
        var (call, parts) = (group.Call, group.Plan.Parts);
        void** arguments = stackalloc void*[] { &call, &parts };
        Launch("combine", _kernels.Combine, new(call.Rows), Config.Width / 4, SumBytes, [CudaLaunchAttribute.Chained()], group.Stream, arguments);
    }

    private void Output(Group group, int layer)
    {
        var (call, tile) = (group.Call, group.Plan.Output);
        void** arguments = stackalloc void*[] { group.Maps.Y.Pointer, _memory.OutputMaps[tile].Pointer, &call, &layer };
        Launch("output", _kernels.Output[tile], new(Config.Width / tile.Columns, group.Sequences, tile.Split), ProjectThreads, tile.SharedBytes,
            [CudaLaunchAttribute.Chained(), CudaLaunchAttribute.Cluster(1, (uint)tile.Share, (uint)tile.Split)], group.Stream, arguments);
    }

    private static void Launch(string name, nint function, Grid grid, int threads, int sharedBytes, ReadOnlySpan<CudaLaunchAttribute> attributes, nint stream, void** arguments)
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
                Stream = stream,
                Attributes = first,
                AttributeCount = (uint)attributes.Length,
            };
            CudaDriver.Require(CudaDriver.Launch(launch, function, arguments, null), $"launching {name} of a prefill");
        }
    }

    private readonly record struct Grid(int X, int Y = 1, int Z = 1);

    // Some of the sequences of a call, with their own part of the scratch.
    private sealed record Group(PrefillCall Call, PrefillPlan Plan, PrefillMemory.Maps Maps, nint Stream, int Sequences);
}
