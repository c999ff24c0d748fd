using Streaming.Models.Numerics;

namespace Streaming.Models.SemanticIds;

/// <summary>
/// Trains a codebook by residual k-means: layer after layer, k-means++ and Lloyd's iterations on what the layers
/// before left over. k-means++: Arthur and Vassilvitskii 2007.
/// </summary>
/// <remarks>
/// Deterministic: assignments are independent per row and so may run in parallel, everything that adds up rows does so
/// in their order. A centroid without rows takes over the row that is farthest from its own (lowest row first). When fewer
/// rows differ than there are centroids, those left over repeat others and are never used: a low utilisation shows it.
/// </remarks>
public static class RqKMeansTrainer
{
    /// <summary>Recorded in the codebook's manifest.</summary>
    public const string Method = "rq-kmeans";

    // Squared distances of such rows stay finite at any dimension.
    private const float MaxMagnitude = 1e15f;

    /// <param name="rows">n × <paramref name="dimension"/> numbers of moderate size, row-major; at least as many rows as centroids in a layer. Only read.</param>
    /// <param name="dimension">Numbers in a row.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="progress">Told after every iteration, on the caller's thread; may be null.</param>
    /// <param name="cancellationToken">Stops between iterations, and inside an assignment.</param>
    /// <exception cref="ArgumentException">An option breaks a rule (all are listed), or the rows are too few, broken or not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is kept.</exception>
    public static Codebook Train(
        ReadOnlyMemory<float> rows,
        int dimension,
        RqKMeansOptions options,
        IProgress<RqKMeansProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Check(rows.Span, dimension, options);
        var residuals = rows.ToArray();
        var random = new SeededRandom(unchecked((ulong)options.Seed));
        var centroids = new List<float>(options.Layers * options.Size * dimension);
        for (var layer = 0; layer < options.Layers; layer++)
        {
            var clustering = new KMeans(residuals, dimension, options.Size, random, cancellationToken);
            for (var iteration = 1; iteration <= options.Iterations; iteration++)
            {
                var (changed, error) = clustering.Iterate();
                progress?.Report(new RqKMeansProgress(layer, iteration, changed, error));
                if (changed == 0)
                    break;
            }
            centroids.AddRange(clustering.Centroids);
            clustering.SubtractNearest(residuals);
        }
        return new Codebook(options.ToInfo(dimension), centroids.ToArray());
    }

    private static void Check(ReadOnlySpan<float> rows, int dimension, RqKMeansOptions options)
    {
        var violations = options.Validate(dimension).ToList();
        if (violations.Count > 0)
            throw new ArgumentException(string.Join(' ', violations), nameof(options));
        if (rows.Length % dimension != 0)
            throw new ArgumentException($"{rows.Length} numbers are not rows of {dimension}.", nameof(rows));
        if (rows.Length / dimension < options.Size)
            throw new ArgumentException($"{rows.Length / dimension} rows cannot train {options.Size} centroids; give more rows or a smaller size.", nameof(rows));
        if (rows.IndexOfAnyExceptInRange(-MaxMagnitude, MaxMagnitude) is >= 0 and var index)
            throw new ArgumentException($"Row {index / dimension} holds {rows[index]}; numbers must be finite and at most {MaxMagnitude} in size.", nameof(rows));
    }
}
