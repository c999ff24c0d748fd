using System.Diagnostics;

namespace Streaming.Server.Bench.Memory;

/// <summary>Half of the entries expire at one instant: whether any is returned from then on, when their rows are back, and what searches feel.</summary>
internal sealed class ExpiryCase : IMemoryCase
{
    private const int MostExpiredPerPublish = 4_096;
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private static readonly TimeSpan UpkeepPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan NothingComesBack = TimeSpan.FromSeconds(2);

    public string Name => "expiry";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(run.Options.Dimension, MemoryBenchRun.Hard, cancellationToken);
        var clock = new BenchClock();
        var writer = new MemoryWriter(data.Dimension, clock);
        var end = (clock.GetUtcNow() + Life).ToUnixTimeMilliseconds();
        writer.Fill(data.Base, cancellationToken, validUntilMs: row => Expires(row) ? end : null);
        var searches = new MemorySearches(writer.Memory, data.Queries, data.Truth);
        var setting = searches.Choose(MemoryBenchRun.Goal(data.Dimension), SearchGrid.Whole, cancellationToken);
        var (before, after) = (new SearchTimes(), new SearchTimes());
        searches.Time(setting.Options, before, cancellationToken);

        clock.Advance(Life);
        var expected = (data.Base.Count + 1) / 2;
        var reclaiming = Task.Factory.StartNew(
            () => Reclaim(writer, clock, expected, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var returned = 0;
        for (var query = 0; query < data.Queries.Count || !reclaiming.IsCompleted; query++)
            after.Once(query % data.Queries.Count, q => returned += searches.Search(q, setting.Options).Count(n => Expires(MemoryWriter.Number(n.Id))));
        var seconds = reclaiming.GetAwaiter().GetResult();

        yield return Figure("expiry", seconds, "s from the instant until the last row that comes back is back");
        yield return Figure("expiry_rows_left", (double)(writer.Memory.StoredRows - expected) / (data.Base.Count - expected), "share of the expired entries' rows still held");
        yield return Figure("expiry_returned", returned, "expired entries returned");
        yield return Figure("expiry_p99", after.QuantileMs(0.99), "ms, p99 of a search meanwhile") with
        {
            P50 = after.QuantileMs(0.5),
            P99 = after.QuantileMs(0.99),
            Setting = setting.Text,
            Peer = "the same before, ms",
            PeerValue = before.QuantileMs(0.99),
        };

        BenchFigure Figure(string name, double value, string unit) => MemoryBenchRun.Figure(name, data.Base.Count, value, unit);
    }

    private static bool Expires(int row) => row % 2 == 1;

    // As the memory role does: a bounded number at each publish.
    private static double Reclaim(MemoryWriter writer, BenchClock clock, int expected, CancellationToken cancellationToken)
    {
        var (started, last) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        for (var rows = writer.Memory.StoredRows; rows > expected && Stopwatch.GetElapsedTime(last) < NothingComesBack;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Memory.Expire(clock.GetUtcNow(), MostExpiredPerPublish);
            writer.Memory.Publish();
            if (writer.Memory.StoredRows < rows)
                (rows, last) = (writer.Memory.StoredRows, Stopwatch.GetTimestamp());
            Thread.Sleep(UpkeepPause);
        }
        return Stopwatch.GetElapsedTime(started, last).TotalSeconds;
    }
}
