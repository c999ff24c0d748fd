using System.CommandLine;
using Spectre.Console;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming memory get NAMESPACE ID</c>: one entry by its key, with or without a vector.</summary>
internal static class MemoryGetCommand
{
    public static Command Create()
    {
        var space = new Argument<string>("namespace") { Description = "Memory namespace" };
        var id = new Argument<string>("id") { Description = "The entry's key" };
        var asOf = AsOfOption.Create();
        var vector = new Option<bool>("--vector") { Description = "With its vector" };
        var version = new Option<string?>("--creative-model") { Description = "The entry under this creative model [default: the one in effect]" };
        var json = JsonOption.Create();
        var command = new Command("get", "Show one entry: attributes, event time, valid until") { space, id, asOf, vector, version, json };
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            // A slash in an id is a slash in the path.
            var key = string.Join('/', result.GetValue(id)!.Split('/').Select(Uri.EscapeDataString));
            var path = $"/v1/memory/{Uri.EscapeDataString(result.GetValue(space)!)}/entries/{key}?vector={(result.GetValue(vector) ? "true" : "false")}"
                + Query("as_of", result.GetValue(asOf)) + Query("version", result.GetValue(version));
            if (await api.AskAsync(result, path, null, cancellationToken) is not { } entry)
                return ExitCodes.NotFound;
            if (result.GetValue(json))
                Console.WriteLine(entry.ToJsonString(Answer.Json));
            else
                AnsiConsole.Write(Fields.Of(entry));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
