using Spectre.Console;

namespace Streaming.Server.Output;

/// <summary>Progress of long work: bars on a terminal, a line at each begin elsewhere, nothing for machines. Always on standard error.</summary>
internal sealed class Progress
{
    private readonly ProgressContext? _context;
    private readonly bool _quiet;

    private Progress(ProgressContext? context, bool quiet) => (_context, _quiet) = (context, quiet);

    public static async Task<T> RunAsync<T>(bool quiet, Func<Progress, Task<T>> work)
    {
        if (quiet || Console.IsErrorRedirected)
            return await work(new Progress(null, quiet));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new Progress(context, false)));
    }

    /// <summary>Begins a step of known length.</summary>
    public ProgressStep Begin(string name, double length)
    {
        if (_context is null && !_quiet)
            Console.Error.WriteLine($"{name}: {length:N0}");
        return new ProgressStep(_context?.AddTask(name, maxValue: Math.Max(1, length)));
    }
}
