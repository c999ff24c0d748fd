using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Sockets;
using Confluent.Kafka;
using Streaming.Core.Registry;
using Streaming.Kafka.Clients;
using Streaming.Models.Weights;
using Streaming.Runtime.Stores;
using Streaming.Runtime.Tasks;
using Streaming.Server.Topologies;
using Streaming.Server.Workloads;

namespace Streaming.Server.Commands;

/// <summary>Turns what ended a command into one line and an exit code. What is not expected keeps its stack trace.</summary>
internal static class Failures
{
    /// <summary>A command line that names no command, or a command wrongly: one line, so that a script's log stays readable.</summary>
    public static int Report(ParseResult command)
    {
        var path = new Stack<string>();
        for (SymbolResult? result = command.CommandResult; result is CommandResult { Parent: not null } nested; result = nested.Parent)
            path.Push(nested.Command.Name + " ");
        var errors = string.Join("; ", command.Errors.Select(e => e.Message.TrimEnd('.')));
        Console.Error.WriteLine($"streaming: {errors} (see streaming {string.Concat(path)}--help)");
        return ExitCodes.Usage;
    }

    public static int Report(Exception failure)
    {
        var (code, text) = failure switch
        {
            CommandException or TopologyException or DataSetException or ModelFormatException or ModelRegistryException or KafkaSettingException => (ExitCodes.Usage, failure.Message),
            StoreException or TaskStoppedException or TimeoutException or KafkaException or HttpRequestException or SocketException => (ExitCodes.Failed, failure.Message),
            OperationCanceledException => (ExitCodes.Failed, "stopped"),
            _ => (ExitCodes.Failed, failure.ToString()),
        };
        Console.Error.WriteLine($"streaming: {text}");
        return code;
    }
}
