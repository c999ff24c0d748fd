using Streaming.Memory.Search;

namespace Streaming.Memory.Training;

/// <summary>What a training gives.</summary>
/// <param name="Codebook">Centroids and levels.</param>
/// <param name="Centroids">The codebook's centroids, as searches choose lists by them.</param>
/// <param name="Nearest">The same, as entries find theirs.</param>
/// <param name="Distortion">Mean squared distance to the centroid over mean squared length, of vectors kept out of the training.</param>
internal sealed record Trained(Codebook Codebook, CentroidScan Centroids, NearestCentroid Nearest, float Distortion);
