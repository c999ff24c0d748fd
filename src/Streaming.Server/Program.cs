using System.CommandLine.Invocation;
using Streaming.Server.Commands;

namespace Streaming.Server;

/// <summary>The <c>streaming</c> program.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            var command = CommandLineRoot.Create(args);
            if (command.Action is ParseErrorAction)
                return Failures.Report(command);
            return await command.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
        }
#pragma warning disable CA1031 // The boundary of the process.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Failures.Report(failure);
        }
    }
}
