using Streaming.Memory.Search;
using Streaming.Memory.Training;

namespace Streaming.Memory.Lists;

/// <summary>
/// The posting lists of one codebook: an epoch. Without a codebook it is one list whose entries have no codes, the exact head that a namespace
/// begins with. While entries move to the next epoch a namespace has two partitions, and a search reads the older one first.
/// </summary>
internal sealed class Partition(int epoch, Codebook? codebook, CentroidScan? centroids, float distortion)
{
    private bool _isRough;
    private readonly PostingList[] _lists = [.. Enumerable.Range(0, codebook?.Lists ?? 1).Select(_ => new PostingList())];

    /// <summary>Rises from one partition of a namespace to the next.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>Null for the exact head.</summary>
    public Codebook? Codebook { get; } = codebook;

    /// <summary>The codebook's centroids; null for the exact head.</summary>
    public CentroidScan? Centroids { get; } = centroids;

    /// <summary>Mean squared distance to the centroid over mean squared length, when the codebook was trained.</summary>
    public float Distortion { get; } = distortion;

    /// <summary>True while many entries lie far from their centroids, because content has moved: searches look at more then.</summary>
    public bool IsRough
    {
        get => Volatile.Read(ref _isRough);
        set => Volatile.Write(ref _isRough, value);
    }

    public IReadOnlyList<PostingList> Lists => _lists;

    public ChunkMemory[] Chunks(int list) => _lists[list].Memory;
}
