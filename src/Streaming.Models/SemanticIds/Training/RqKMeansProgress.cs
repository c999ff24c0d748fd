namespace Streaming.Models.SemanticIds;

/// <summary>Reported after every Lloyd iteration.</summary>
/// <param name="Layer">From 0.</param>
/// <param name="Iteration">From 1.</param>
/// <param name="ChangedRows">Rows that went to another centroid in this iteration; 0 ends the layer.</param>
/// <param name="MeanSquaredError">Mean squared L2 distance of a row to its centroid, before the centroids moved.</param>
public readonly record struct RqKMeansProgress(int Layer, int Iteration, int ChangedRows, double MeanSquaredError);
