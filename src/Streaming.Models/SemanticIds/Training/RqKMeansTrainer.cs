using Streaming.Models.Numerics;
using Streaming.Models.SemanticIds.Assignment;
using Streaming.Models.SemanticIds.Training;

namespace Streaming.Models.SemanticIds;

/// <summary>
/// Trains a codebook by residual k-means: layer after layer, an initialisation and Lloyd's iterations on what the layers before left over.
/// </summary>
/// <remarks>
/// <para>Deterministic: assignments are independent per row and so may run in parallel, everything that adds up rows does so
/// in their order. A centroid without rows takes over the row that is farthest from its own (lowest row first). When fewer
/// rows differ than there are centroids, those left over repeat others and are never used: a low utilisation shows it.</para>
/// <para>Balanced: after Lloyd's iterations each centroid gets a price, which is raised while its cluster is larger than n/size and lowered
/// while it is smaller. The prices are the weights of a power diagram (Aurenhammer, Hoffmann and Aronov 1998: for every set of sizes there are
/// such weights) and are kept as the codebook's biases, so an assignment in production is that of training. Rows that are the same stay together.</para>
/// <para>Separation: the mean squared error is blind to what makes IDs collide, near variants of one product, whose distance is a fraction of
/// the error. Weighting a row by the inverse power of the distance to the nearest row that it must still be told apart from makes the error
/// relative to that distance. The codebook stays an ordinary one; only where its centroids lie differs.</para>
/// </remarks>
public static class RqKMeansTrainer
{
    /// <summary>Recorded in the codebook's manifest.</summary>
    public const string Method = "rq-kmeans";

    /// <summary>Iterations towards equal clusters, after Lloyd's.</summary>
    public const int BalanceIterations = 300;

    // Prices need a while to settle around centroids that stay.
    private const int PricesPerMove = 20;

    // From steps that change much to steps that settle: found on embeddings of product texts, where others did alike.
    private const double FirstStep = 0.1;
    private const double LastStep = 0.002;

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
        var settings = new KMeansOptions(dimension, options.Size, options.Initialisation, options.MaxThreads);
        var separation = new Separation(rows.Length / dimension, dimension, options.Separation);
        List<float> centroids = [], biases = [];
        for (var layer = 0; layer < options.Layers; layer++)
        {
            if (layer > 0 && options.NormaliseResiduals)
                Normalise(residuals, dimension);
            var weights = separation.Weights(residuals, cancellationToken);
            var clustering = new KMeans(residuals, weights, settings, random, cancellationToken);
            Cluster(clustering, layer, options, progress);
            centroids.AddRange(clustering.Centroids);
            biases.AddRange(clustering.Prices);
            clustering.SubtractNearest(residuals);
            separation.Divide(clustering.Codes);
        }
        return new Codebook(options.ToInfo(dimension), centroids.ToArray(), options.Balanced ? biases.ToArray() : default(ReadOnlySpan<float>));
    }

    private static void Cluster(KMeans clustering, int layer, RqKMeansOptions options, IProgress<RqKMeansProgress>? progress)
    {
        var iteration = 0;
        while (iteration < options.Iterations)
        {
            var (changed, error) = clustering.Iterate();
            progress?.Report(new RqKMeansProgress(layer, ++iteration, changed, error));
            if (changed == 0)
                break;
        }
        if (options.Balanced)
            Balance(clustering, layer, iteration, progress);
    }

    private static void Balance(KMeans clustering, int layer, int iteration, IProgress<RqKMeansProgress>? progress)
    {
        for (var i = 0; i < BalanceIterations; i++)
        {
            var step = FirstStep + ((LastStep - FirstStep) * i / (BalanceIterations - 1));
            var error = clustering.Balance(step, move: (i + 1) % PricesPerMove == 0);
            progress?.Report(new RqKMeansProgress(layer, ++iteration, 0, error));
        }
        clustering.TakeMostEven();
    }

    private static void Normalise(float[] rows, int dimension)
    {
        for (var at = 0; at < rows.Length; at += dimension)
            Residual.Normalise(rows.AsSpan(at, dimension));
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
