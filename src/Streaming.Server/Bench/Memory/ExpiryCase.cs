using System.Diagnostics;

namespace Streaming.Server.Bench.Memory;

/// <summary>Half of the entries expire at one instant: whether any is returned from then on, when their rows are back, and what searches feel.</summary>
internal sealed class ExpiryCase : IMemoryCase
{
    private const int MostExpiredPerPublish = 4_096;
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private static readonly TimeSpan UpkeepPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

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
        var expected = data.Base.Count / 2;
        var reclaiming = Task.Factory.StartNew(
            () => Reclaim(writer, clock, expected, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var returned = 0;
        for (var query = 0; query < data.Queries.Count || !reclaiming.IsCompleted; query++)
            after.Once(query % data.Queries.Count, q => returned += searches.Search(q, setting.Options).Count(n => Expires(MemoryWriter.Number(n.Id))));
        var (seconds, isBack) = reclaiming.GetAwaiter().GetResult();

        yield return Figure("expiry", seconds, isBack ? "s until the rows of half the entries are back" : "s watched, in which not all rows came back");
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
    private static (double Seconds, bool IsBack) Reclaim(MemoryWriter writer, BenchClock clock, int expected, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (writer.Memory.StoredRows > expected && Stopwatch.GetElapsedTime(started) < Longest)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Memory.Expire(clock.GetUtcNow(), MostExpiredPerPublish);
            writer.Memory.Publish();
            Thread.Sleep(UpkeepPause);
        }
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, writer.Memory.StoredRows <= expected);
    }
}
