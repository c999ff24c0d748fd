using System.Globalization;

namespace Streaming.Server.Bench.Memory;

/// <summary>Queries a second of one thread at the fastest setting that reaches a recall, beside the fastest of other libraries at that recall.</summary>
/// <remarks>Ours, the peers, ours again: the machine's mood in between is in both.</remarks>
/// <param name="name">Its "1m" stands for the number of entries.</param>
/// <param name="goal">Recall@10.</param>
/// <param name="data">The data set; null when it is not there.</param>
internal sealed class SearchCase(string name, double goal, Func<MemoryBenchRun, CancellationToken, MemoryData?> data) : IMemoryCase
{
    public string Name => name;

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        if (data(run, cancellationToken) is not { } set)
            yield break;
        var searches = new MemorySearches(MemoryWriter.Filled(set.Base, cancellationToken).Memory, set.Queries, set.Truth);
        var setting = searches.Choose(goal, SearchGrid.Whole, cancellationToken);
        var times = new SearchTimes();
        searches.Time(setting.Options, times, cancellationToken);
        var peer = run.Peers.Fastest(set, goal, cancellationToken);
        if (peer is not null)
            searches.Time(setting.Options, times, cancellationToken);
        var unit = setting.ReachesGoal
            ? string.Create(CultureInfo.InvariantCulture, $"queries/s at recall@10 >= {goal}")
            : string.Create(CultureInfo.InvariantCulture, $"queries/s; no setting reaches recall@10 {goal}");
        yield return MemoryBenchRun.Figure(CaseName(set.Base.Count), set.Base.Count, times.PerSecond, unit) with
        {
            P50 = times.QuantileMs(0.5),
            P99 = times.QuantileMs(0.99),
            Recall = Math.Round(setting.Recall, 4),
            Setting = setting.Text,
            Peer = peer is null ? null : string.Create(CultureInfo.InvariantCulture, $"{peer.Peer} {peer.Setting}, recall {peer.Recall}, queries/s"),
            PeerValue = peer?.QueriesPerSecond,
        };
    }

    private string CaseName(int entries) =>
        entries == MemoryBenchOptions.DefaultEntries ? name : name.Replace("1m", entries.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
