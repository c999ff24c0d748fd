using Streaming.Models.Numerics;

namespace Streaming.Models.SemanticIds;

/// <summary>k-means of one layer: rows, their nearest centroids, and the steps on them. Single owner, not thread-safe.</summary>
internal sealed class KMeans
{
    private const int ChunkRows = 1024;

    private readonly float[] _rows;
    private readonly int _dimension;
    private readonly int _size;
    private readonly int _count;
    private readonly int[] _codes;
    private readonly float[] _distances;
    private readonly CancellationToken _cancellation;

    public KMeans(float[] rows, int dimension, int size, SeededRandom random, CancellationToken cancellation)
    {
        (_rows, _dimension, _size, _cancellation) = (rows, dimension, size, cancellation);
        _count = rows.Length / dimension;
        _codes = new int[_count];
        _distances = new float[_count];
        Array.Fill(_codes, -1);
        Centroids = new float[size * dimension];
        ChooseFirst(random);
    }

    /// <summary>Size × dimension, row-major.</summary>
    public float[] Centroids { get; }

    /// <summary>One Lloyd iteration: assign, repair empty clusters, move the centroids to the means.</summary>
    /// <returns>Rows that changed their centroid, and the mean squared error before the move.</returns>
    public (int Changed, double MeanSquaredError) Iterate()
    {
        var before = (int[])_codes.Clone();
        Assign();
        var error = _distances.Sum(distance => (double)distance) / _count;
        var sizes = RepairEmpty();
        Move(sizes);
        return (before.Zip(_codes).Count(pair => pair.First != pair.Second), error);
    }

    /// <summary>Makes of every row what its nearest centroid leaves over.</summary>
    public void SubtractNearest(float[] rows)
    {
        Assign();
        for (var row = 0; row < _count; row++)
            Codebook.Subtract(Row(rows, row), Centroid(_codes[row]));
    }

    // k-means++: each next centroid is a row drawn with probability proportional to its squared distance to the nearest one so far.
    private void ChooseFirst(SeededRandom random)
    {
        Array.Fill(_distances, float.PositiveInfinity);
        var chosen = random.NextIndex(_count);
        for (var code = 0; code < _size; code++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Row(_rows, chosen).CopyTo(Centroid(code));
            var total = 0.0;
            for (var row = 0; row < _count; row++)
            {
                _distances[row] = Math.Min(_distances[row], SquaredDistance(Row(_rows, row), Centroid(code)));
                total += _distances[row];
            }
            chosen = Draw(random.NextUniform() * total);
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
        var layer = new CentroidLayer(Centroids, _size, _dimension);
        var options = new ParallelOptions { CancellationToken = _cancellation };
        Parallel.For(0, (_count + ChunkRows - 1) / ChunkRows, options, chunk =>
        {
            var end = Math.Min(_count, (chunk + 1) * ChunkRows);
            for (var row = chunk * ChunkRows; row < end; row++)
                _codes[row] = layer.Nearest(Row(_rows, row), out _distances[row]);
        });
    }

    // Farthest rows first, lowest row first among equals, never the last row of a cluster, never a row that sits on its centroid.
    private int[] RepairEmpty()
    {
        var sizes = new int[_size];
        foreach (var code in _codes)
            sizes[code]++;
        var empty = new Queue<int>(Enumerable.Range(0, _size).Where(code => sizes[code] == 0));
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
        var sums = new double[_size * _dimension];
        for (var row = 0; row < _count; row++)
        {
            var values = Row(_rows, row);
            var sum = sums.AsSpan(_codes[row] * _dimension, _dimension);
            for (var d = 0; d < sum.Length; d++)
                sum[d] += values[d];
        }
        for (var i = 0; i < sums.Length; i++)
        {
            if (sizes[i / _dimension] > 0)
                Centroids[i] = (float)(sums[i] / sizes[i / _dimension]);
        }
    }

    private Span<float> Row(float[] rows, int row) => rows.AsSpan(row * _dimension, _dimension);

    private Span<float> Centroid(int code) => Centroids.AsSpan(code * _dimension, _dimension);

    private static float SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var d = 0; d < a.Length; d++)
            sum += (a[d] - b[d]) * (a[d] - b[d]);
        return sum;
    }
}
