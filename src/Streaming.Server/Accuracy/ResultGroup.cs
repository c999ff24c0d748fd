namespace Streaming.Server.Accuracy;

/// <summary>The training runs of one model, variant and split that differ in their seed alone.</summary>
/// <param name="Model"><c>hstu</c> or <c>sasrec</c>.</param>
/// <param name="Variant">What differs from the model's other groups.</param>
/// <param name="ByTime">Split in time; else leave-one-out.</param>
/// <param name="Runs">By seed.</param>
public sealed record ResultGroup(string Model, string Variant, bool ByTime, IReadOnlyList<BatchResult> Runs)
{
    /// <summary>Mean validation NDCG@10, by which variants are compared: among unseen items, or in time, where few runs recorded it, among all.</summary>
    public double? Validation => Mean(r => ByTime ? r.ValidNdcg10 : r.ValidNdcg10Unseen);

    /// <summary>One of the runs made a model in <c>models/</c>.</summary>
    public bool Shipped => Runs.Any(r => r.Shipped);

    /// <summary>Groups of a data set: splits in time first, then by model, then the best validation first.</summary>
    public static IReadOnlyList<ResultGroup> Of(string dataset, IEnumerable<BatchResult> results) =>
    [
        .. results.Where(r => r.Dataset == dataset)
            .GroupBy(r => (r.Model, r.Variant, ByTime: r.CutTime > 0))
            .Select(g => new ResultGroup(g.Key.Model, g.Key.Variant, g.Key.ByTime, [.. g.OrderBy(r => r.Seed)]))
            .OrderByDescending(g => g.ByTime)
            .ThenBy(g => g.Model, StringComparer.Ordinal)
            .ThenByDescending(g => g.Validation ?? 0),
    ];

    /// <summary>Mean over the runs; null where a run did not record the figure.</summary>
    public double? Mean(Func<BatchResult, double?> figure) => Runs.All(r => figure(r) is not null) ? Runs.Average(r => figure(r)!.Value) : null;

    /// <summary>Sample standard deviation over the runs; null for one run.</summary>
    public double? Deviation(Func<BatchResult, double?> figure) =>
        Runs.Count > 1 && Mean(figure) is { } mean ? Math.Sqrt(Runs.Sum(r => Math.Pow(figure(r)!.Value - mean, 2)) / (Runs.Count - 1)) : null;
}
