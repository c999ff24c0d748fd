namespace Streaming.Models.SemanticIds;

/// <summary>How evenly one layer's codes are used.</summary>
/// <param name="Utilisation">Share of the codes used at least once, 0..1.</param>
/// <param name="Perplexity">exp(entropy in nats), 1..size: how many equally used codes would be as uncertain.</param>
/// <param name="Gini">Gini coefficient of the counts, unused codes included: 0 = even, (size − 1)/size = all on one code.</param>
public sealed record CodebookLevelMetrics(double Utilisation, double Perplexity, double Gini)
{
    /// <param name="counts">Uses of each code; at least one is positive.</param>
    internal static CodebookLevelMetrics FromCounts(int[] counts)
    {
        var total = counts.Sum(count => (long)count);
        var entropy = counts.Where(count => count > 0).Select(count => (double)count / total).Sum(share => -share * Math.Log(share));

        // Gini = Σᵢ (2i − n − 1)·xᵢ / (n·Σx), x ascending, i from 1.
        var ascending = counts.Order().ToArray();
        var weighted = ascending.Select((count, index) => (2.0 * (index + 1) - counts.Length - 1) * count).Sum();
        return new CodebookLevelMetrics(
            (double)counts.Count(count => count > 0) / counts.Length, Math.Exp(entropy), weighted / ((double)counts.Length * total));
    }
}
