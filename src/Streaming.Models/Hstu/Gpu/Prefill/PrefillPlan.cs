using System.Globalization;
using System.Numerics;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>Which kernels run one prefill of a group of sequences, and how the work is cut. Decides only. What was found best: docs/decisions/0022.</summary>
/// <param name="Project">The projection to u, v, q and k.</param>
/// <param name="Output">The projection back.</param>
/// <param name="Splits">Parts of the window, a block each; those of a cluster add their sums.</param>
/// <param name="MostTiles">Tiles of 64 keys that the longest part has.</param>
public sealed record PrefillPlan(PrefillTile Project, PrefillTile Output, int Splits, int MostTiles)
{
    /// <summary>New tokens of a sequence in one prefill.</summary>
    public const int ChunkTokens = 128;

    /// <summary>Most sequences of one prefill.</summary>
    public const int MaxSequences = 8;

    /// <summary>Fewer tokens than this are stepped: a prefill costs about as much as so many rows of a step.</summary>
    public const int LeastTokens = 16;

    /// <summary>Blocks of an attention's cluster.</summary>
    public const int AttendCluster = 2;

    // Their position biases have to fit into shared memory.
    private const int MostTilesOfPart = 60;

    // Blocks of an attention: what was best for one sequence, what the card has room for, and half of it.
    private const int BlocksOfOne = 96, BlocksAlone = 128, BlocksOfTwo = 64;

    // Fewer sequences than this need smaller tiles, or most of the card has none.
    private const int Many = 4;

    private static readonly PrefillTile ProjectFew = new(64, 1, 1, 8), ProjectMany = new(256, 1, 1, 4);
    private static readonly PrefillTile OutputFew = new(32, 4, 1, 4), OutputMany = new(64, 1, 1, 8);

    /// <summary>All projections that a plan may name.</summary>
    public static IReadOnlyList<PrefillTile> Projects { get; } = [ProjectFew, ProjectMany];

    /// <summary>All output projections that a plan may name.</summary>
    public static IReadOnlyList<PrefillTile> Outputs { get; } = [OutputFew, OutputMany];

    /// <summary>Sums that a row's attention is left in, one a cluster.</summary>
    public int Parts => Splits / AttendCluster;

    /// <summary>Shared memory of an attention's block.</summary>
    public int AttendSharedBytes => AttendSharedBytesOf(MostTiles);

    /// <summary>Of so many tokens of a sequence, those of its next prefill; 0 = the rest is stepped.</summary>
    public static int NextChunk(int tokens) => tokens < LeastTokens ? 0 : Math.Min(tokens, ChunkTokens);

    /// <summary>A number of tokens as the kernels are told it, fewer by some whole rings: slots are the same, and so is what lies in a window.</summary>
    public static int Folded(long tokens, int ringTokens) => (int)(tokens < ringTokens ? tokens : ringTokens + (tokens % ringTokens));

    /// <summary>Sequences of each group: of the most there are two, which go side by side, so that one multiplies while the other waits for memory.</summary>
    public static IReadOnlyList<int> Groups(int sequences) => sequences < MaxSequences ? [sequences] : [MaxSequences / 2, MaxSequences / 2];

    /// <summary>Tiles rounded up, so that calls of different lengths have the same plan and the same graph.</summary>
    public static int Rounded(int tiles) => tiles <= 8 ? (int)BitOperations.RoundUpToPowerOf2((uint)tiles) : DivideUp(tiles, 8) * 8;

    /// <summary>The plan of a group. With another number of sequences, or another length of window, sums are added in another order.</summary>
    /// <param name="heads">Heads of the model.</param>
    /// <param name="sequences">Sequences of the group.</param>
    /// <param name="alone">It is the only one.</param>
    /// <param name="tiles">Tiles of 64 keys that the sequence with most of them sees, or more.</param>
    public static PrefillPlan For(int heads, int sequences, bool alone, int tiles)
    {
        var blocks = sequences == 1 ? BlocksOfOne : alone ? BlocksAlone : BlocksOfTwo;
        var wanted = Math.Min(blocks / (heads * sequences * AttendCluster), DivideUp(tiles, AttendCluster));
        var splits = AttendCluster * Math.Max(Math.Max(wanted, 1), DivideUp(tiles, AttendCluster * MostTilesOfPart));
        return sequences < Many ? new(ProjectFew, OutputFew, splits, DivideUp(tiles, splits)) : new(ProjectMany, OutputMany, splits, DivideUp(tiles, splits));
    }

    /// <summary>Most tiles of 64 keys that a chunk's rows see: the window and the chunk, beginning anywhere in a tile; rounded.</summary>
    public static int MaxTiles(int window) => Rounded(((window + ChunkTokens - 2) / GpuShape.PageTokens) + 2);

    /// <summary>Most sums of rows that any plan of a group leaves.</summary>
    public static int MaxPartRows(int heads, int window) => (
        from all in Enumerable.Range(1, MaxSequences)
        let groups = Groups(all)
        from sequences in groups
        from tiles in Enumerable.Range(1, MaxTiles(window))
        select For(heads, sequences, groups.Count == 1, tiles).Parts * sequences * ChunkTokens).Max();

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
