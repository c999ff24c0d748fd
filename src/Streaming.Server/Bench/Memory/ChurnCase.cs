namespace Streaming.Server.Bench.Memory;

/// <summary>Five rounds that each replace half of the entries, then recall and rate beside a namespace built afresh with the same content.</summary>
internal sealed class ChurnCase : IMemoryCase
{
    private const int Rounds = 5;

    public string Name => "churn";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(run.Options.Dimension, MemoryBenchRun.Hard, cancellationToken);
        var writer = MemoryWriter.Filled(data.Base, cancellationToken);
        var setting = new MemorySearches(writer.Memory, data.Queries, data.Truth).Choose(MemoryBenchRun.Goal(data.Dimension), SearchGrid.Whole, cancellationToken);
        var content = data.Base with { Numbers = [.. data.Base.Numbers] };
        for (var round = 0; round < Rounds; round++)
            Replace(writer, content, round, cancellationToken);
        writer.Settle(cancellationToken);

        var truth = ExactNeighbours.Of(content, data.Queries, MemoryData.Neighbours, cancellationToken);
        var churned = new MemorySearches(writer.Memory, data.Queries, truth);
        var fresh = new MemorySearches(MemoryWriter.Filled(content, cancellationToken).Memory, data.Queries, truth);
        var (times, freshTimes) = (new SearchTimes(), new SearchTimes());
        churned.Time(setting.Options, times, cancellationToken);
        fresh.Time(setting.Options, freshTimes, cancellationToken);
        churned.Time(setting.Options, times, cancellationToken);

        yield return MemoryBenchRun.Figure("churn", content.Count, times.PerSecond, "queries/s after five rounds") with
        {
            P50 = times.QuantileMs(0.5),
            P99 = times.QuantileMs(0.99),
            Setting = setting.Text,
            Peer = "a fresh build of the same content, queries/s",
            PeerValue = Math.Round(freshTimes.PerSecond, 4),
        };
        yield return MemoryBenchRun.Figure("churn_recall", content.Count, churned.RecallOf(setting.Options), "recall@10 after five rounds") with
        {
            Setting = setting.Text,
            Peer = "a fresh build of the same content, recall@10",
            PeerValue = Math.Round(fresh.RecallOf(setting.Options), 4),
        };
    }

    private static void Replace(MemoryWriter writer, VectorTable content, int round, CancellationToken cancellationToken)
    {
        var rows = Enumerable.Range(0, content.Count).ToArray();
        new Random(round).Shuffle(rows);
        var fresh = MemoryBenchRun.Fresh(content.Dimension, content.Count / 2, round);
        for (var i = 0; i < fresh.Count; i++)
        {
            fresh[i].CopyTo(content[rows[i]]);
            writer.Write(MemoryWriter.Id(rows[i]), fresh[i]);
            if ((i + 1) % MemoryWriter.BatchWrites == 0)
                writer.Memory.Publish();
        }
        writer.Memory.Publish();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
