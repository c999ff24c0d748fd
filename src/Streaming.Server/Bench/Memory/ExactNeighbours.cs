using System.Numerics.Tensors;

namespace Streaming.Server.Bench.Memory;

/// <summary>The truth that recall is counted against: the k rows with the greatest dot product, by comparing each query with every row.</summary>
internal static class ExactNeighbours
{
    private const int BlockRows = 512;
    private const int GroupQueries = 32;

    /// <summary>For each query its nearest rows, unordered; fewer than <paramref name="k"/> when there are fewer rows.</summary>
    /// <remarks>Rows go through the cache in blocks, each for a group of queries; groups run on all cores.</remarks>
    public static int[][] Of(VectorTable rows, VectorTable queries, int k, CancellationToken cancellationToken)
    {
        var truth = new int[queries.Count][];
        var groups = (queries.Count + GroupQueries - 1) / GroupQueries;
        Parallel.For(0, groups, new ParallelOptions { CancellationToken = cancellationToken }, group =>
        {
            var first = group * GroupQueries;
            var nearest = Enumerable.Range(first, Math.Min(GroupQueries, queries.Count - first)).Select(_ => new Nearest(k)).ToArray();
            for (var block = 0; block < rows.Count; block += BlockRows)
            {
                for (var q = 0; q < nearest.Length; q++)
                    nearest[q].Offer(rows, block, Math.Min(rows.Count, block + BlockRows), queries[first + q]);
            }
            for (var q = 0; q < nearest.Length; q++)
                truth[first + q] = nearest[q].Rows;
        });
        return truth;
    }

    private sealed class Nearest(int k)
    {
        private readonly PriorityQueue<int, float> _kept = new(k + 1);
        private float _worst = float.NegativeInfinity;

        public int[] Rows => [.. _kept.UnorderedItems.Select(item => item.Element)];

        public void Offer(VectorTable rows, int from, int to, ReadOnlySpan<float> query)
        {
            for (var row = from; row < to; row++)
            {
                var score = TensorPrimitives.Dot<float>(rows[row], query);
                if (score <= _worst)
                    continue;
                _kept.Enqueue(row, score);
                if (_kept.Count > k)
                    _kept.Dequeue();
                if (_kept.Count == k && _kept.TryPeek(out _, out var worst))
                    _worst = worst;
            }
        }
    }
}
