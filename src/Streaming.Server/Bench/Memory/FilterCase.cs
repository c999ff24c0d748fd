namespace Streaming.Server.Bench.Memory;

/// <summary>Searches whose filter keeps one entry in a hundred, and one in a thousand: recall among those kept, and the slowest of a hundred.</summary>
internal sealed class FilterCase : IMemoryCase
{
    private const double Goal = 0.98;
    private const string Hundredth = "hundredth", Thousandth = "thousandth";
    private static readonly Dictionary<string, string> Yes = new() { [Hundredth] = "yes", [Thousandth] = "no" };
    private static readonly Dictionary<string, string> Both = new() { [Hundredth] = "yes", [Thousandth] = "yes" };
    private static readonly Dictionary<string, string> Neither = new() { [Hundredth] = "no", [Thousandth] = "no" };

    public string Name => "filter_1pct";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(run.Options.Dimension, MemoryBenchRun.Hard, cancellationToken);
        var writer = new MemoryWriter(data.Dimension);
        writer.Fill(data.Base, cancellationToken, row => row % 1_000 == 0 ? Both : row % 100 == 0 ? Yes : Neither);
        yield return Measure("filter_1pct", writer, data, Hundredth, 100, cancellationToken);
        yield return Measure("filter_01pct", writer, data, Thousandth, 1_000, cancellationToken);
    }

    private static BenchFigure Measure(string name, MemoryWriter writer, MemoryData data, string attribute, int oneIn, CancellationToken cancellationToken)
    {
        int[] kept = [.. Enumerable.Range(0, data.Base.Count).Where(row => row % oneIn == 0)];
        var queries = data.Queries.Pick([.. Enumerable.Range(0, Math.Min(MemorySearches.Probes, data.Queries.Count))]);
        int[][] truth = [.. ExactNeighbours.Of(data.Base.Pick(kept), queries, MemoryData.Neighbours, cancellationToken)
            .Select(rows => rows.Select(row => kept[row]).ToArray())];
        var searches = new MemorySearches(writer.Memory, queries, truth);
        var setting = searches.Choose(Goal, SearchGrid.Filtered, cancellationToken, new Dictionary<string, string> { [attribute] = "yes" });
        var times = new SearchTimes();
        searches.Time(setting.Options, times, cancellationToken);
        return MemoryBenchRun.Figure(name, data.Base.Count, times.QuantileMs(0.99), "ms, p99 of a search") with
        {
            P50 = times.QuantileMs(0.5),
            P99 = times.QuantileMs(0.99),
            Recall = Math.Round(setting.Recall, 4),
            Setting = setting.Text,
        };
    }
}
