using System.Globalization;

namespace Streaming.Models.Hstu.Gpu.Prefill;

/// <summary>How a projection is cut: <c>Tile</c> of Kernels/Prefill/project.cuh, of which this names one instance.</summary>
/// <param name="Columns">Columns of a block's tile; it has 128 rows.</param>
/// <param name="Split">Blocks of a cluster that share a tile's sum; 1 for a projection to u, v, q and k.</param>
/// <param name="Share">Blocks of a cluster that share the loads of weights; they have the same columns of other sequences.</param>
/// <param name="Stages">Steps of 64 along k that are under way.</param>
public sealed record PrefillTile(int Columns, int Split, int Share, int Stages)
{
    /// <summary>The instance in CUDA.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"Tile<{Columns}, {Split}, {Share}, {Stages}>");

    /// <summary>Shared memory of a block: the stages, over which the sums lie later, the rows' norms, the sums of the weights' columns and the barriers.</summary>
    public int SharedBytes =>
        Math.Max(Stages * (PrefillPlan.ChunkTokens + Columns) * 128, PrefillPlan.ChunkTokens * (Columns + 8) * sizeof(float))
        + (PrefillPlan.ChunkTokens * 8) + (Columns * sizeof(float)) + (Stages * 16);
}
