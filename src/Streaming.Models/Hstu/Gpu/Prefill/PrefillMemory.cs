using System.Runtime.CompilerServices;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>What the tensor-core prefill has in device memory, and the maps by which the copy engine finds it.</summary>
/// <remarks>A second group of sequences has the second half of the scratch.</remarks>
internal sealed unsafe class PrefillMemory : IDisposable
{
    /// <summary>Rows of the scratch.</summary>
    public const int Rows = PrefillPlan.MaxSequences * PrefillPlan.ChunkTokens;

    private const int HalfOfRows = Rows / 2, StatisticsColumns = 32, BucketBytesOfTile = 256 * 32;
    private readonly GpuContext _context;
    private readonly HstuConfig _config;
    private readonly PrefillCall _fixed;
    private readonly (nint Host, nint Device) _staged;
    private readonly nint _onDevice;
    private readonly List<CudaTensorMap> _all = [];
    private readonly Maps[] _maps;

    /// <summary>Takes memory and copies the matrices to it; see <see cref="TensorCorePrefill"/>.</summary>
    public PrefillMemory(GpuContext context, GpuShape shape, HstuModel model, in GpuStepArguments step, long poolPages)
    {
        (_context, _config) = (context, model.Config);
        var weights = new PrefillWeights(model);
        var (uvqk, output) = (Upload<ushort>(weights.Uvqk, "the prefill's projection"), Upload<ushort>(weights.Output, "the prefill's output projection"));
        var stagedBytes = SequenceBytes + ((long)Rows * shape.RowBytes);
        _staged = context.AllocateHost(stagedBytes, "a prefill's rows");
        _onDevice = context.Allocate(stagedBytes, "a prefill's rows");
        Entry = new PrefillEntry
        {
            Inputs = _onDevice + SequenceBytes,
            ContentWeight = step.ContentWeight,
            ContentBias = step.ContentBias,
            Actions = step.Actions,
            Unknown = step.Unknown,
        };
        var cells = (long)Rows * _config.Width;
        _fixed = new PrefillCall
        {
            Sequences = _onDevice,
            PageTable = step.PageTable,
            Pool = step.Pool,
            X = context.Allocate(cells * sizeof(float), "the prefill's residual stream"),
            Xb = context.Allocate(cells * sizeof(ushort), "the prefill's residual stream"),
            Stats = context.Allocate(Rows * RowStatisticsBytes, "the prefill's statistics"),
            U = context.Allocate(cells * sizeof(ushort), "the prefill's gates"),
            Q = context.Allocate(cells * sizeof(ushort), "the prefill's queries"),
            Y = context.Allocate(cells * sizeof(ushort), "the prefill's attention"),
            Partials = context.Allocate(2 * PartBytes, "the prefill's partial sums"),
            Buckets = context.Allocate(2 * BucketBytes, "the prefill's time buckets"),
            ColumnSums = Upload<float>(weights.ColumnSums, "the prefill's column sums"),
            OutputBias = step.OutputBias,
            Position = step.Position,
            Tau = step.Tau,
            BucketBounds = step.BucketBounds,
            TableStride = shape.RingPages,
            PageRows = (int)(shape.PageBytes / (PrefillNeeds.HeadWidth * sizeof(ushort))),
            Layers = _config.Layers,
            Window = _config.Window,
        };
        PoolMap = Map(_fixed.Pool, poolPages * _fixed.PageRows, PrefillNeeds.HeadWidth, GpuShape.PageTokens);
        UvqkMaps = PrefillPlan.Projects.ToDictionary(tile => tile, tile => Map(uvqk, _config.Layers * 4L * _config.Width, _config.Width, tile.Columns / tile.Share));
        OutputMaps = PrefillPlan.Outputs.ToDictionary(tile => tile, tile => Map(output, (long)_config.Layers * _config.Width, _config.Width, tile.Columns / tile.Share));
        _maps = [MapsAt(0), MapsAt(HalfOfRows)];
    }

    /// <summary>Of a group's rows.</summary>
    /// <param name="X">The residual stream in bfloat16.</param>
    /// <param name="Queries">The queries.</param>
    /// <param name="Y">The gated attention.</param>
    public sealed record Maps(CudaTensorMap X, CudaTensorMap Queries, CudaTensorMap Y);

    public PrefillEntry Entry { get; }

    public CudaTensorMap PoolMap { get; }

    public IReadOnlyDictionary<PrefillTile, CudaTensorMap> UvqkMaps { get; }

    public IReadOnlyDictionary<PrefillTile, CudaTensorMap> OutputMaps { get; }

    /// <summary>Where the sequences of a call are staged, in host memory.</summary>
    public Span<PrefillSequence> StagedSequences => new((void*)_staged.Host, PrefillPlan.MaxSequences);

    /// <summary>Where their new rows are staged.</summary>
    public nint StagedRows => _staged.Host + SequenceBytes;

    private static int SequenceBytes => PrefillPlan.MaxSequences * sizeof(PrefillSequence);

    private long RowStatisticsBytes => _config.Width / StatisticsColumns * 2 * sizeof(float);

    private long PartBytes => (long)PrefillPlan.MaxPartRows(_config.Heads, _config.Window) * _config.Width * sizeof(float);

    private long BucketBytes => (long)PrefillPlan.MaxSequences / 2 * PrefillPlan.MaxTiles(_config.Window) * BucketBytesOfTile;

    /// <summary>Queues the copy of what is staged.</summary>
    public void CopyUp(int rowBytes, nint stream) =>
        CudaDriver.Require(CudaDriver.CopyUp(_onDevice, _staged.Host, (nuint)(SequenceBytes + rowBytes), stream), "copying a prefill's rows");

    /// <summary>The maps of a group's rows.</summary>
    public Maps MapsOf(int group) => _maps[group];

    /// <summary>A group's call.</summary>
    /// <param name="group">Its number.</param>
    /// <param name="sizes">Sequences of each group.</param>
    /// <param name="tiles">Tiles of 64 keys that the sequence with most of them sees.</param>
    public PrefillCall CallOf(int group, IReadOnlyList<int> sizes, int tiles)
    {
        var call = _fixed;
        (call.Tiles, call.Rows, call.SharedCard) = (tiles, sizes[group] * PrefillPlan.ChunkTokens, sizes.Count > 1 ? 1 : 0);
        if (group == 0) return call;
        nint cells = HalfOfRows * _config.Width;
        call.Sequences += sizes[0] * sizeof(PrefillSequence);
        call.X += cells * sizeof(float);
        call.Xb += cells * sizeof(ushort);
        call.U += cells * sizeof(ushort);
        call.Q += cells * sizeof(ushort);
        call.Y += cells * sizeof(ushort);
        call.Stats += (nint)(HalfOfRows * RowStatisticsBytes);
        call.Partials += (nint)PartBytes;
        call.Buckets += (nint)BucketBytes;
        return call;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var map in _all) map.Dispose();
    }

    private Maps MapsAt(int row)
    {
        var offset = (nint)row * _config.Width * sizeof(ushort);
        CudaTensorMap Of(nint address) => Map(address + offset, Rows - row, _config.Width, PrefillPlan.ChunkTokens);
        return new(Of(_fixed.Xb), Of(_fixed.Q), Of(_fixed.Y));
    }

    private CudaTensorMap Map(nint address, long rows, int columns, int boxRows)
    {
        var map = new CudaTensorMap(address, rows, columns, boxRows);
        _all.Add(map);
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
