using System.Globalization;
using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>What bounds on a search cost: recall@10 at so many lists, and within so much time, of one thread that searches as a namespace's defaults say.</summary>
internal sealed class BudgetCase : IMemoryCase
{
    // Of what the time bounds take away: more lists than any of them leaves time for.
    private const int ManyLists = 64;
    private static readonly int[] Lists = [1, 2, 4, 8, 16, 32];
    private static readonly int[] Microseconds = [10, 20, 50, 100, 200];

    public string Name => "budget";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(run.Options.Dimension, MemoryBenchRun.Hard, cancellationToken);
        var searches = new MemorySearches(MemoryWriter.Filled(data.Base, cancellationToken).Memory, data.Queries, data.Truth);
        foreach (var lists in Lists)
            yield return Measure($"budget_lists_{lists}", new SearchOptions { MaxLists = lists }, "at most so many lists");
        foreach (var microseconds in Microseconds)
            yield return Measure($"budget_{microseconds}us", new SearchOptions { Lists = ManyLists, Budget = TimeSpan.FromMicroseconds(microseconds) }, "within so many microseconds");

        BenchFigure Measure(string name, SearchOptions setting, string bound)
        {
            var times = new SearchTimes();
            searches.Time(setting, times, cancellationToken);
            var cut = Enumerable.Range(0, data.Queries.Count).Count(query => searches.Work(query, setting).Cut != SearchCut.None);
            return MemoryBenchRun.Figure(name, data.Base.Count, searches.RecallOf(setting), $"recall@10, {bound}") with
            {
                P50 = times.QuantileMs(0.5),
                P99 = times.QuantileMs(0.99),
                Setting = string.Create(CultureInfo.InvariantCulture, $"{100.0 * cut / data.Queries.Count:0}% cut short"),
            };
        }
    }
}
