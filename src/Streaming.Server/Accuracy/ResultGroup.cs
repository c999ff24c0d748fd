namespace Streaming.Server.Accuracy;

/// <summary>The training runs of one model, variant and split that differ in their seed alone.</summary>
internal sealed record ResultGroup(string Model, string Variant, bool ByTime, IReadOnlyList<BatchResult> Runs)
{
    public bool Shipped => Runs.Any(r => r.Shipped);

    /// <summary>Groups of a data set: splits in time first, then by model, then the best validation first, by which variants are chosen.</summary>
    public static IReadOnlyList<ResultGroup> Of(string dataset, IEnumerable<BatchResult> results) =>
    [
        .. results.Where(r => r.Dataset == dataset)
            .GroupBy(r => (r.Model, r.Variant, ByTime: r.CutTime > 0))
            .Select(g => new ResultGroup(g.Key.Model, g.Key.Variant, g.Key.ByTime, [.. g.OrderBy(r => r.Seed)]))
            .OrderByDescending(g => g.ByTime)
            .ThenBy(g => g.Model, StringComparer.Ordinal)
            .ThenByDescending(g => g.Mean(r => r.ValidNdcg10) ?? 0),
    ];

    /// <summary>Mean over the runs; null where a run did not record the figure.</summary>
    public double? Mean(Func<BatchResult, double?> figure) => Runs.All(r => figure(r) is not null) ? Runs.Average(r => figure(r)!.Value) : null;

    /// <summary>Sample standard deviation over the runs; null for one run.</summary>
    public double? Deviation(Func<BatchResult, double?> figure) =>
        Runs.Count > 1 && Mean(figure) is { } mean ? Math.Sqrt(Runs.Sum(r => Math.Pow(figure(r)!.Value - mean, 2)) / (Runs.Count - 1)) : null;
}
