namespace Streaming.Server.Codebooks;

/// <summary>Predicts the next item from the semantic IDs of a history alone: a Markov chain over IDs, interpolated over the lengths of their prefixes.</summary>
/// <remarks>
/// <para>
/// With pₗ(i) the first l codes of item i, and L codes in all:
/// score(j | i) = Σₗ₌₁..L P(pₗ(j) | pₗ(i)) / |pₗ(j)| + P(p_L(j)) / |p_L(j)|, where P are the shares of the training transitions (and, last, of the
/// training events), and |p| is how many items have the prefix. Short prefixes carry over to items that were rarely met; the last term is
/// popularity. A history's score is the sum over its last ten items, the k-th newest weighing 1/k. Items with the same ID have the same score.
/// </para>
/// <para>Nothing is fitted to the targets: all weights are 1, and were not tried otherwise.</para>
/// </remarks>
public sealed class SidMarkov
{
    private const int HistoryItems = 10;

    private readonly int[][] _prefixes;
    private readonly int[][] _sizes;
    private readonly Dictionary<int, List<(int To, double Share)>>[] _transitions;
    private readonly double[] _popularity;
    private readonly double[][] _scores;

    /// <param name="codes">Items × <paramref name="layers"/>, row-major.</param>
    /// <param name="layers">Codes of an ID.</param>
    /// <param name="split">What to train on.</param>
    public SidMarkov(int[] codes, int layers, NextItemSplit split)
    {
        _prefixes = Prefixes(codes, layers);
        _sizes = [.. _prefixes.Select(Count)];
        _transitions = [.. _prefixes.Select(prefix => Transitions(prefix, split))];
        _scores = [.. _sizes.Select(sizes => new double[sizes.Length])];
        _popularity = new double[_sizes[^1].Length];
        foreach (var item in split.TrainingItems())
            _popularity[_prefixes[^1][item]]++;
        var events = Math.Max(1, _popularity.Sum());
        for (var id = 0; id < _popularity.Length; id++)
            _popularity[id] /= events * _sizes[^1][id];
    }

    /// <summary>A score for each item.</summary>
    public void Score(ReadOnlySpan<int> history, Span<double> scores)
    {
        foreach (var level in _scores)
            Array.Clear(level);
        var weights = 0.0;
        for (var k = 1; k <= Math.Min(HistoryItems, history.Length); k++)
        {
            weights += 1.0 / k;
            for (var level = 0; level < _prefixes.Length; level++)
                Add(level, history[^k], 1.0 / k);
        }
        for (var item = 0; item < scores.Length; item++)
        {
            scores[item] = Math.Max(weights, 1) * _popularity[_prefixes[^1][item]];
            for (var level = 0; level < _prefixes.Length; level++)
                scores[item] += _scores[level][_prefixes[level][item]];
        }
    }

    private void Add(int level, int item, double weight)
    {
        if (!_transitions[level].TryGetValue(_prefixes[level][item], out var next))
            return;
        foreach (var (to, share) in next)
            _scores[level][to] += weight * share / _sizes[level][to];
    }

    private static int[][] Prefixes(int[] codes, int layers)
    {
        var items = codes.Length / layers;
        var prefixes = new int[layers][];
        for (var layer = 0; layer < layers; layer++)
        {
            var numbers = new Dictionary<(int, int), int>();
            prefixes[layer] = new int[items];
            for (var item = 0; item < items; item++)
            {
                var key = (layer == 0 ? 0 : prefixes[layer - 1][item], codes[(item * layers) + layer]);
                numbers.TryAdd(key, numbers.Count);
                prefixes[layer][item] = numbers[key];
            }
        }
        return prefixes;
    }

    private static int[] Count(int[] prefix)
    {
        var sizes = new int[prefix.Max() + 1];
        foreach (var id in prefix)
            sizes[id]++;
        return sizes;
    }

    private static Dictionary<int, List<(int To, double Share)>> Transitions(int[] prefix, NextItemSplit split) => split.TrainingPairs()
        .GroupBy(pair => prefix[pair.From], pair => prefix[pair.To])
        .ToDictionary(
            from => from.Key,
            from => from.GroupBy(to => to).Select(to => (to.Key, (double)to.Count() / from.Count())).ToList());
}
