using Streaming.Models.Numerics;
using Streaming.Models.SemanticIds.Assignment;

namespace Streaming.Models.SemanticIds.Training;

/// <summary>k-means of one layer: rows, their cheapest centroids, and the steps on them. Single owner, not thread-safe.</summary>
/// <remarks>Rows are assigned in parallel, independent of each other; whatever adds up rows does so in their order. So the bits do not depend on the threads.</remarks>
internal sealed class KMeans
{
    private const int ChunkRows = 1024;

    private readonly float[] _rows;
    private readonly float[] _weights;
    private readonly KMeansOptions _options;
    private readonly int _count;
    private readonly int[] _codes;
    private readonly float[] _distances;
    private readonly SimdKernels _kernels = SimdKernels.Create();
    private readonly ParallelOptions _parallel;
    private readonly float[] _evenCentroids;
    private readonly float[] _evenPrices;
    private long _evenSquares = long.MaxValue;

    /// <param name="rows">n × dimension; only read.</param>
    /// <param name="weights">How much a row counts where the centroids begin and move to, at least 1; n numbers.</param>
    /// <param name="options">How to cluster.</param>
    /// <param name="random">Of the initialisation.</param>
    /// <param name="cancellation">Stops in an assignment.</param>
    public KMeans(float[] rows, float[] weights, KMeansOptions options, SeededRandom random, CancellationToken cancellation)
    {
        (_rows, _weights, _options) = (rows, weights, options);
        _count = rows.Length / options.Dimension;
        _codes = new int[_count];
        _distances = new float[_count];
        _parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = options.MaxThreads };
        Array.Fill(_codes, -1);
        Centroids = new float[options.Size * options.Dimension];
        Prices = new float[options.Size];
        (_evenCentroids, _evenPrices) = (new float[Centroids.Length], new float[Prices.Length]);
        Begin(random);
    }

    /// <summary>The centroid of each row, as of the last assignment.</summary>
    public ReadOnlySpan<int> Codes => _codes;

    /// <summary>Size × dimension, row-major.</summary>
    public float[] Centroids { get; }

    /// <summary>What a centroid costs besides the squared distance; all 0 until <see cref="Balance"/> sets them.</summary>
    public float[] Prices { get; }

    /// <summary>One Lloyd iteration: assign, repair empty clusters, move the centroids to the means.</summary>
    /// <returns>Rows that changed their centroid, and the mean squared error before the move.</returns>
    public (int Changed, double MeanSquaredError) Iterate()
    {
        var before = (int[])_codes.Clone();
        Assign();
        var error = MeanSquaredError();
        Move(_options.Initialisation == CodebookInitialisation.None ? Sizes() : RepairEmpty());
        return (before.Zip(_codes).Count(pair => pair.First != pair.Second), error);
    }

    /// <summary>
    /// One step towards equal clusters, as in an auction: assigns at the prices so far, then raises the price of each centroid that has more rows
    /// than its share and lowers the others'. The most even state that was met is kept for <see cref="TakeMostEven"/>.
    /// </summary>
    /// <param name="step">Change of a price, in mean squared errors, when a cluster has twice its share.</param>
    /// <param name="move">Whether the centroids then move to the means, so that they follow their rows.</param>
    /// <returns>The mean squared error before the move.</returns>
    public double Balance(double step, bool move)
    {
        Assign();
        var sizes = Sizes();
        KeepMostEven(sizes);
        var (error, share) = (MeanSquaredError(), (double)_count / _options.Size);
        for (var code = 0; code < Prices.Length; code++)
            Prices[code] += (float)(step * error * Math.Clamp((sizes[code] / share) - 1, -1, 1));
        var lowest = Prices.Min();
        foreach (ref var price in Prices.AsSpan())
            price -= lowest; // a price is never negative, and only differences matter
        if (move)
            Move(sizes);
        return error;
    }

    /// <summary>Goes back to the most even state that <see cref="Balance"/> met: never less even than before the first.</summary>
    public void TakeMostEven()
    {
        _evenCentroids.CopyTo(Centroids, 0);
        _evenPrices.CopyTo(Prices, 0);
    }

    private void KeepMostEven(int[] sizes)
    {
        var squares = sizes.Sum(size => (long)size * size);
        if (squares >= _evenSquares)
            return;
        _evenSquares = squares;
        Centroids.CopyTo(_evenCentroids, 0);
        Prices.CopyTo(_evenPrices, 0);
    }

    /// <summary>Assigns all rows at the final prices, and makes of every row what its cheapest centroid leaves over.</summary>
    public void SubtractNearest(float[] rows)
    {
        Assign();
        for (var row = 0; row < _count; row++)
            Residual.Subtract(Row(rows, row), Centroid(_codes[row]));
    }

    private void Begin(SeededRandom random)
    {
        switch (_options.Initialisation)
        {
            case CodebookInitialisation.RandomRows:
                ChooseAny(random);
                break;
            case CodebookInitialisation.None:
                foreach (ref var value in Centroids.AsSpan())
                    value = (float)(random.NextNormal() / _options.Size);
                break;
            default:
                ChooseFar(random);
                break;
        }
    }

    private void ChooseAny(SeededRandom random)
    {
        var order = Enumerable.Range(0, _count).ToArray();
        for (var code = 0; code < _options.Size; code++)
        {
            var other = code + random.NextIndex(_count - code);
            (order[code], order[other]) = (order[other], order[code]);
            Row(_rows, order[code]).CopyTo(Centroid(code));
        }
    }

    // k-means++: each next centroid is a row drawn with probability proportional to its weighted squared distance to the nearest one so far.
    private void ChooseFar(SeededRandom random)
    {
        Array.Fill(_distances, float.PositiveInfinity);
        var chosen = random.NextIndex(_count);
        for (var code = 0; code < _options.Size; code++)
        {
            var centroid = Centroids.AsMemory(code * _options.Dimension, _options.Dimension);
            Row(_rows, chosen).CopyTo(centroid.Span);
            ForEachRow(row => _distances[row] = Math.Min(_distances[row], SquaredDistance(Row(_rows, row), centroid.Span) * _weights[row]));
            chosen = Draw(random.NextUniform() * _distances.Sum(distance => (double)distance));
        }
    }

    private int Draw(double target)
    {
        var last = 0;
        for (var row = 0; row < _count; row++)
        {
            if (_distances[row] == 0)
                continue;
            last = row;
            target -= _distances[row];
            if (target < 0)
                break;
        }
        return last;
    }

    private void Assign()
    {
        var layer = new CentroidLayer(Centroids, Prices, _options.Size, _options.Dimension, _kernels);
        ForEachRow(row =>
        {
            _codes[row] = layer.Nearest(Row(_rows, row), out var cost);
            // At a price of 0 the cost is the distance; else the price is taken off again, and rounding may leave a little less than 0.
            _distances[row] = Math.Max(0, cost - Prices[_codes[row]]);
        });
    }

    private double MeanSquaredError() => _distances.Sum(distance => (double)distance) / _count;

    private int[] Sizes()
    {
        var sizes = new int[_options.Size];
        foreach (var code in _codes)
            sizes[code]++;
        return sizes;
    }

    // Farthest rows first, lowest row first among equals, never the last row of a cluster, never a row that sits on its centroid.
    private int[] RepairEmpty()
    {
        var sizes = Sizes();
        var empty = new Queue<int>(Enumerable.Range(0, _options.Size).Where(code => sizes[code] == 0));
        if (empty.Count == 0)
            return sizes;

        foreach (var row in Enumerable.Range(0, _count).OrderByDescending(row => _distances[row]))
        {
            if (empty.Count == 0 || _distances[row] == 0)
                break;
            if (sizes[_codes[row]] == 1)
                continue;
            sizes[_codes[row]]--;
            _codes[row] = empty.Dequeue();
            sizes[_codes[row]] = 1;
        }
        return sizes;
    }

    private void Move(int[] sizes)
    {
        var dimension = _options.Dimension;
        var sums = new double[_options.Size * dimension];
        var weights = new double[_options.Size];
        for (var row = 0; row < _count; row++)
        {
            var values = Row(_rows, row);
            var sum = sums.AsSpan(_codes[row] * dimension, dimension);
            double weight = _weights[row];
            for (var d = 0; d < sum.Length; d++)
                sum[d] += weight * values[d];
            weights[_codes[row]] += weight;
        }
        for (var i = 0; i < sums.Length; i++)
        {
            if (sizes[i / dimension] > 0)
                Centroids[i] = (float)(sums[i] / weights[i / dimension]);
        }
    }

    private void ForEachRow(Action<int> visit) => Parallel.For(0, (_count + ChunkRows - 1) / ChunkRows, _parallel, chunk =>
    {
        var end = Math.Min(_count, (chunk + 1) * ChunkRows);
        for (var row = chunk * ChunkRows; row < end; row++)
            visit(row);
    });

    private Span<float> Row(float[] rows, int row) => rows.AsSpan(row * _options.Dimension, _options.Dimension);

    private Span<float> Centroid(int code) => Centroids.AsSpan(code * _options.Dimension, _options.Dimension);

    private static float SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var d = 0; d < a.Length; d++)
            sum += (a[d] - b[d]) * (a[d] - b[d]);
        return sum;
    }
}
