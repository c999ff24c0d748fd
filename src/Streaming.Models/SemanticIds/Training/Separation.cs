namespace Streaming.Models.SemanticIds.Training;

/// <summary>Weighs rows by how hard they are to tell apart from the others with the same codes so far.</summary>
/// <remarks>
/// In the first layer all rows have the same codes, and are compared all with all in blocks of at most 16,384: of more rows each block, in their
/// order, is a sample for its own. In later layers the groups are small.
/// </remarks>
internal sealed class Separation(int count, int dimension, int power)
{
    private const int LargestGroup = 16_384;

    // Relative to the root mean square of the rows' norms: rows on a sphere are at most 2 apart.
    private const double Farthest = 2;
    private const double Nearest = 1e-3;

    private int[] _groups = new int[count];
    private int _groupCount = 1;

    /// <summary>A weight of at least 1 for each row; all 1 at power 0.</summary>
    public float[] Weights(float[] rows, CancellationToken cancellation)
    {
        var weights = new float[count];
        Array.Fill(weights, 1f);
        if (power == 0)
            return weights;
        var scale = Farthest * Math.Sqrt(rows.Sum(value => (double)value * value) / count);
        var blocks = Members().SelectMany(group => group.Chunk(LargestGroup)).Where(block => block.Length > 1).ToList();
        Parallel.ForEach(blocks, new ParallelOptions { CancellationToken = cancellation }, block =>
        {
            foreach (var row in block)
            {
                cancellation.ThrowIfCancellationRequested();
                weights[row] = Weight(NearestDistance(rows, row, block) / scale);
            }
        });
        return weights;
    }

    /// <summary>Rows with different codes in the layer need not be told apart any more.</summary>
    public void Divide(ReadOnlySpan<int> codes)
    {
        var numbers = new Dictionary<(int Group, int Code), int>();
        for (var row = 0; row < count; row++)
        {
            var key = (_groups[row], codes[row]);
            numbers.TryAdd(key, numbers.Count);
            _groups[row] = numbers[key];
        }
        _groupCount = numbers.Count;
    }

    private int[][] Members()
    {
        var sizes = new int[_groupCount];
        foreach (var group in _groups)
            sizes[group]++;
        var members = sizes.Select(size => new int[size]).ToArray();
        Array.Clear(sizes);
        for (var row = 0; row < count; row++)
            members[_groups[row]][sizes[_groups[row]]++] = row;
        return members;
    }

    /// <summary>+∞ when all others are the same: what cannot be told apart is worth nothing.</summary>
    private double NearestDistance(float[] rows, int row, int[] block)
    {
        var own = rows.AsSpan(row * dimension, dimension);
        var nearest = float.PositiveInfinity;
        foreach (var other in block)
        {
            var sum = 0f;
            var values = rows.AsSpan(other * dimension, dimension);
            for (var d = 0; d < own.Length; d++)
                sum += (own[d] - values[d]) * (own[d] - values[d]);
            if (sum > 0)
                nearest = Math.Min(nearest, sum);
        }
        return Math.Sqrt(nearest);
    }

    // Multiplied out: a power function of the C library may round differently elsewhere.
    private float Weight(double distance)
    {
        var inverse = 1 / Math.Clamp(distance, Nearest, 1);
        var weight = 1.0;
        for (var i = 0; i < power; i++)
            weight *= inverse;
        return (float)weight;
    }
}
