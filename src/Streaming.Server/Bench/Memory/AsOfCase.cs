using Streaming.Memory;
using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>Searches of a version twenty batches back beside searches of the newest, and whether they answer what they answered then.</summary>
internal sealed class AsOfCase : IMemoryCase
{
    private const int Passes = 5;
    private const int Batches = 20;
    private const int ExactQueries = 50;
    private static readonly SearchOptions Exact = new() { Exact = true };

    public string Name => "as_of";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(run.Options.Dimension, MemoryBenchRun.Hard, cancellationToken);
        var writer = new MemoryWriter(data.Dimension, versions: 2 * Batches);
        writer.Fill(data.Base, cancellationToken);
        var searches = new MemorySearches(writer.Memory, data.Queries, data.Truth);
        var setting = searches.Choose(MemoryBenchRun.Goal(data.Dimension), SearchGrid.Whole, cancellationToken);
        var version = writer.Memory.Version;
        var (answers, exactAnswers) = (Answers(searches, data.Queries.Count, setting.Options), Answers(searches, ExactQueries, Exact));

        var load = new IngestLoad(writer, MemoryBenchRun.Fresh(data.Dimension, Batches * MemoryWriter.BatchWrites), data.Base.Count, grows: true);
        for (var batch = 0; batch < Batches; batch++)
        {
            load.Prepare();
            load.Write();
        }
        using var then = writer.Memory.AsOf(version) ?? throw new InvalidOperationException($"Version {version} is not kept, and {writer.Memory.OldestVersion} is.");
        var (same, sameExact) = (ShareOfSame(then, data.Queries, answers, setting.Options), ShareOfSame(then, data.Queries, exactAnswers, Exact));
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
        yield return MemoryBenchRun.Figure("as_of_identical", data.Base.Count, same, "share of answers that are identical to those given then") with { Setting = setting.Text };
        yield return MemoryBenchRun.Figure("as_of_exact_identical", data.Base.Count, sameExact, "share of exact answers that are identical to those given then");
    }

    private static List<(string, float)[]> Answers(MemorySearches searches, int queries, SearchOptions setting) =>
        [.. Enumerable.Range(0, queries).Select(query => Found(searches.Search(query, setting)))];

    private static double ShareOfSame(MemorySnapshot then, VectorTable queries, List<(string, float)[]> answers, SearchOptions setting) =>
        Enumerable.Range(0, answers.Count).Average(query =>
            Found(then.Search(queries[query], MemoryData.Neighbours, setting).Neighbours).SequenceEqual(answers[query]) ? 1.0 : 0.0);

    private static (string, float)[] Found(IReadOnlyList<Neighbour> neighbours) => [.. neighbours.Select(n => (n.Id, n.Score))];
}
