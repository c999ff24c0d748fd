namespace Streaming.Server.Bench.Memory;

/// <summary>Searches of a version twenty batches back beside searches of the newest, and whether they answer what they answered then.</summary>
internal sealed class AsOfCase : IMemoryCase
{
    private const int Passes = 5;
    private const int Batches = 20;

    public string Name => "as_of";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(run.Options.Dimension, MemoryBenchRun.Hard, cancellationToken);
        var writer = new MemoryWriter(data.Dimension, versions: 2 * Batches);
        writer.Fill(data.Base, cancellationToken);
        var searches = new MemorySearches(writer.Memory, data.Queries, data.Truth);
        var setting = searches.Choose(MemoryBenchRun.Goal(data.Dimension), SearchGrid.Whole, cancellationToken);
        var version = writer.Memory.Version;
        var answers = Enumerable.Range(0, data.Queries.Count).Select(query => searches.Search(query, setting.Options)).ToList();

        var load = new IngestLoad(writer, MemoryBenchRun.Fresh(data.Dimension, Batches * MemoryWriter.BatchWrites), data.Base.Count, grows: true);
        for (var batch = 0; batch < Batches; batch++)
        {
            load.Prepare();
            load.Write();
        }
        using var then = writer.Memory.AsOf(version) ?? throw new InvalidOperationException($"Version {version} is not kept, and {writer.Memory.OldestVersion} is.");
        var same = Enumerable.Range(0, data.Queries.Count).Count(
            query => then.Search(data.Queries[query], MemoryData.Neighbours, setting.Options).Neighbours.Select(n => (n.Id, n.Score)).SequenceEqual(answers[query].Select(n => (n.Id, n.Score))));
        var (old, now) = (new SearchTimes(), new SearchTimes());
        for (var pass = 0; pass < Passes; pass++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            now.Pass(data.Queries.Count, query => searches.Search(query, setting.Options));
            old.Pass(data.Queries.Count, query => then.Search(data.Queries[query], MemoryData.Neighbours, setting.Options));
        }
        yield return MemoryBenchRun.Figure("as_of", data.Base.Count, old.PerSecond, "queries/s of a version 20 batches back") with
        {
            P50 = old.QuantileMs(0.5),
            P99 = old.QuantileMs(0.99),
            Setting = setting.Text,
            Peer = "the newest version, queries/s",
            PeerValue = Math.Round(now.PerSecond, 4),
        };
        yield return MemoryBenchRun.Figure("as_of_identical", data.Base.Count, (double)same / data.Queries.Count, "share of answers that are identical to those given then") with { Setting = setting.Text };
    }
}
