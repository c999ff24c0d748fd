using Streaming.Memory.Lists;
using Streaming.Memory.Training;

namespace Streaming.Memory.Snapshots;

/// <summary>The lists of one epoch as the writer had them at one moment. Each live entry is in exactly one chunk then.</summary>
/// <param name="Codebook">Null for the exact head.</param>
/// <param name="Distortion">As in <see cref="Trained.Distortion"/>.</param>
/// <param name="IsRough">As in <see cref="Partition.IsRough"/>.</param>
/// <param name="Lists">By number.</param>
internal sealed record CapturedPartition(Codebook? Codebook, float Distortion, bool IsRough, IReadOnlyList<CapturedList> Lists)
{
    public static CapturedPartition Of(Partition partition) => new(partition.Codebook, partition.Distortion, partition.IsRough, [.. partition.Lists.Select(CapturedList.Of)]);
}
