using System.Globalization;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>Which kernels run one prefill of a few sequences, and how the work is cut. Decides only. What was found best: docs/decisions/0022.</summary>
/// <param name="Project">The projection to u, v, q and k.</param>
/// <param name="Output">The projection back.</param>
/// <param name="AttendCluster">Blocks of a cluster that add their parts of the window.</param>
/// <param name="Splits">Parts of the window, a block each.</param>
/// <param name="MostTiles">Tiles of 64 keys that the longest part has.</param>
public sealed record PrefillPlan(PrefillTile Project, PrefillTile Output, int AttendCluster, int Splits, int MostTiles)
{
    /// <summary>New tokens of a sequence in one prefill.</summary>
    public const int ChunkTokens = 128;

    /// <summary>Most sequences of one prefill.</summary>
    public const int MaxSequences = 8;

    /// <summary>Fewer tokens than this are stepped: a prefill costs about as much as so many steps.</summary>
    public const int LeastTokens = 8;

    /// <summary>Tiles of a part that the projection before brings to L2.</summary>
    public const int TilesAhead = 2;

    /// <summary>Most tiles of a part: their position biases have to fit into shared memory.</summary>
    private const int MostTilesOfPart = 60;

    /// <summary>Blocks that fill a device.</summary>
    private const int Blocks = 128;

    private static readonly PrefillTile FewProject = new(128, 4, 1, 4), EvenProject = new(256, 1, 2, 4), OddProject = new(256, 1, 1, 4);
    private static readonly PrefillTile FewOutput = new(64, 8, 1, 2), ManyOutput = new(128, 2, 1, 6);

    /// <summary>All projections that a plan may name.</summary>
    public static IReadOnlyList<PrefillTile> Projects { get; } = [FewProject, EvenProject, OddProject];

    /// <summary>All output projections that a plan may name.</summary>
    public static IReadOnlyList<PrefillTile> Outputs { get; } = [FewOutput, ManyOutput];

    /// <summary>All sizes of an attention's cluster that a plan may name.</summary>
    public static IReadOnlyList<int> AttendClusters { get; } = [8, 4];

    /// <summary>Sums that a row's attention is left in, one a cluster.</summary>
    public int Parts => Splits / AttendCluster;

    /// <summary>Shared memory of an attention's block.</summary>
    public int AttendSharedBytes => AttendSharedBytesOf(MostTiles);

    /// <summary>The plan of one prefill. With another number of sequences, or another length of window, sums are added in another order.</summary>
    /// <param name="heads">Heads of the model.</param>
    /// <param name="sequences">1 to <see cref="MaxSequences"/>.</param>
    /// <param name="tiles">Tiles of 64 keys that the sequence with most of them sees.</param>
    public static PrefillPlan For(int heads, int sequences, int tiles)
    {
        var few = sequences < 4;
        var cluster = few ? AttendClusters[0] : AttendClusters[1];
        var wanted = Math.Min(Blocks / (heads * sequences * cluster), DivideUp(tiles, cluster));
        var splits = cluster * Math.Max(Math.Max(wanted, 1), DivideUp(tiles, cluster * MostTilesOfPart));
        var project = few ? FewProject : sequences % EvenProject.Share == 0 ? EvenProject : OddProject;
        return new(project, few ? FewOutput : ManyOutput, cluster, splits, DivideUp(tiles, splits));
    }

    /// <summary>Most tiles of 64 keys that a chunk's rows see: the window and the chunk, beginning anywhere in a tile.</summary>
    public static int MaxTiles(int window) => ((window + ChunkTokens - 2) / GpuShape.PageTokens) + 2;

    /// <summary>Most floats of the parts' sums that any plan needs for a row of every sequence, as rows of a model's width.</summary>
    public static int MaxPartRows(int heads, int window) =>
        Enumerable.Range(1, MaxSequences).SelectMany(n => Enumerable.Range(1, MaxTiles(window)).Select(tiles => For(heads, n, tiles).Parts * n * ChunkTokens)).Max();

    /// <summary>What the kernels' source is checked against when it is compiled, so that this file and it cannot part unseen.</summary>
    public static IEnumerable<string> Assertions()
    {
        foreach (var tile in Projects.Concat(Outputs))
            yield return string.Create(CultureInfo.InvariantCulture, $"static_assert({tile.Name}::SHARED == {tile.SharedBytes}, \"PrefillTile\");");
        yield return string.Create(CultureInfo.InvariantCulture, $"static_assert(attention::shared_bytes({MostTilesOfPart}) == {AttendSharedBytesOf(MostTilesOfPart)}, \"PrefillPlan\");");
        yield return string.Create(CultureInfo.InvariantCulture, $"static_assert(CHUNK == {ChunkTokens} && PAGE == {GpuShape.PageTokens} && HEAD_WIDTH == {PrefillNeeds.HeadWidth}, \"PrefillPlan\");");
    }

    // Queries, two stages of keys and values, the position bias twice, the time bias, barriers.
    private static int AttendSharedBytesOf(int tiles) =>
        (ChunkTokens * 512) + (4 * GpuShape.PageTokens * 512) + (2 * ((tiles * GpuShape.PageTokens) + ChunkTokens + 2) * sizeof(float)) + (132 * sizeof(float)) + (9 * 8);

    private static int DivideUp(int value, int by) => (value + by - 1) / by;
}
