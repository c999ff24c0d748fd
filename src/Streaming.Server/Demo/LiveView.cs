using System.Globalization;
using Spectre.Console;
using Streaming.Runtime.Tasks;

namespace Streaming.Server.Demo;

/// <summary>What a demo shows while it runs: a table that refreshes on a terminal, a line every two seconds elsewhere.</summary>
internal sealed class LiveView(DemoSession session, TimeProvider clock)
{
    private static readonly TimeSpan TerminalRefresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineRefresh = TimeSpan.FromSeconds(2);

    private long _lastRead;
    private long _lastTime = clock.GetTimestamp();

    public async Task WatchAsync(Task work)
    {
        if (Console.IsErrorRedirected)
            await WriteLinesAsync(work);
        else
            await AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Live(Table()).StartAsync(context => RefreshAsync(context, work));
        await work;
    }

    private async Task RefreshAsync(LiveDisplayContext context, Task work)
    {
        while (!work.IsCompleted)
        {
            context.UpdateTarget(Table());
            await Task.WhenAny(work, Task.Delay(TerminalRefresh, clock));
        }
        context.UpdateTarget(Table());
    }

    // The last line comes after the work, and so tells all of it.
    private async Task WriteLinesAsync(Task work)
    {
        while (await Task.WhenAny(work, Task.Delay(LineRefresh, clock)) != work)
            await WriteLineAsync();
        await WriteLineAsync();
    }

    private async Task WriteLineAsync()
    {
        if (session.Elapsed > TimeSpan.Zero)
            await Console.Error.WriteLineAsync(string.Join("  ", Rows().Select(r => $"{r.Name} {r.Value}")));
    }

    private Table Table()
    {
        var table = new Table().Border(TableBorder.Rounded).Title("streaming demo").AddColumns("", "now");
        table.Columns[1].RightAligned();
        foreach (var (name, value) in Rows())
            table.AddRow(name, value);
        return table;
    }

    private List<(string Name, string Value)> Rows()
    {
        var users = session.Platform.Metrics.Totals("users");
        var creatives = session.Platform.Metrics.Totals("creatives");
        return
        [
            ("time", Text($"{session.Elapsed.TotalSeconds:0.0} s")),
            ("events", Text($"{session.SentEvents:N0}")),
            ("features", Text($"{session.Tap.Versions:N0}")),
            ("features/s", Text($"{Rate():N0}")),
            ("freshness p50", Text($"{session.Tap.Freshness.QuantileMs(0.5):0.0} ms")),
            ("p99", Text($"{session.Tap.Freshness.QuantileMs(0.99):0.0} ms")),
            ("users", Text($"{session.Tap.Users.Count:N0}")),
            ("creatives", Text($"{session.Tap.Creatives.Count:N0}")),
            ("duplicates", Text($"{users[ProcessOutcome.Duplicate]:N0}")),
            ("dead letters", Text($"{users[ProcessOutcome.Rejected] + creatives[ProcessOutcome.Rejected]:N0}")),
            ("K/V cache", Text($"{session.Platform.Sequences!.Cache.SizeBytes / 1048576.0:0.0} MiB")),
        ];
    }

    private double Rate()
    {
        var seconds = clock.GetElapsedTime(_lastTime).TotalSeconds;
        var rate = seconds > 0 ? (session.Tap.Read - _lastRead) / seconds : 0;
        (_lastRead, _lastTime) = (session.Tap.Read, clock.GetTimestamp());
        return rate;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
