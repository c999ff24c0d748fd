namespace Streaming.Server.Workloads;

/// <summary>Draws items 0, 1, 2, … in proportion to their weights; adding one costs nothing, drawing is a binary search.</summary>
internal sealed class CumulativeWeights
{
    private readonly List<double> _totals = [];

    public int Count => _totals.Count;

    public void Add(double weight) => _totals.Add(weight + (Count > 0 ? _totals[^1] : 0));

    /// <summary>The item at <paramref name="uniform"/> (0 ≤ it &lt; 1) of the total weight.</summary>
    public int Draw(double uniform)
    {
        int found = _totals.BinarySearch(uniform * _totals[^1]);
        return Math.Min(found >= 0 ? found + 1 : ~found, Count - 1);
    }
}
