using System.Diagnostics;

namespace Streaming.Server.Bench.Memory;

/// <summary>Single searches while another thread replaces entries as fast as it can, beside the same searches in quiet.</summary>
internal sealed class SearchUnderIngestCase : IMemoryCase
{
    public string Name => "search_under_ingest";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(run.Options.Dimension, MemoryBenchRun.Hard, cancellationToken);
        var writer = MemoryWriter.Filled(data.Base, cancellationToken);
        var searches = new MemorySearches(writer.Memory, data.Queries, data.Truth);
        var setting = searches.Choose(MemoryBenchRun.Goal(data.Dimension), SearchGrid.Whole, cancellationToken);
        var (quiet, loaded) = (new SearchTimes(), new SearchTimes());
        searches.Time(setting.Options, quiet, cancellationToken);

        var load = new IngestLoad(writer, MemoryBenchRun.Fresh(data.Dimension, data.Base.Count), data.Base.Count, grows: false);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var writing = Task.Factory.StartNew(() => WriteUntil(load, stopping.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (var query = 0; Stopwatch.GetElapsedTime(started) < run.Options.Watch; query++)
            loaded.Once(query % data.Queries.Count, q => searches.Search(q, setting.Options));
        stopping.Cancel();
        var writes = writing.GetAwaiter().GetResult();
        cancellationToken.ThrowIfCancellationRequested();

        yield return Figure("", loaded.QuantileMs(0.99), "ms, p99 of a search") with
        {
            P50 = loaded.QuantileMs(0.5),
            P99 = loaded.QuantileMs(0.99),
            Peer = "the same without writes, ms",
            PeerValue = quiet.QuantileMs(0.99),
        };
        yield return Figure("_p999", loaded.QuantileMs(0.999), "ms");
        yield return Figure("_worst", loaded.QuantileMs(1), "ms");
        yield return Figure("_writes", writes, "upserts/s meanwhile");

        BenchFigure Figure(string suffix, double value, string unit) => MemoryBenchRun.Figure(Name + suffix, data.Base.Count, value, unit) with { Setting = setting.Text };
    }

    private static double WriteUntil(IngestLoad load, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            load.Prepare();
            load.Write();
        }
        return load.Written / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
