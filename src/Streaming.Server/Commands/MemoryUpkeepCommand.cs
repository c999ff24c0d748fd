using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming memory retrain NAMESPACE</c>, <c>compact</c> and <c>snapshot</c>: upkeep of a namespace now, on every instance that holds a part of it.</summary>
internal static class MemoryUpkeepCommand
{
    public static Command Retrain() => Create("retrain", "Train the lists of a namespace anew", "retrain", []);

    public static Command Compact()
    {
        var within = new Option<int?>("--within") { Description = "Seconds that it may take; what is left goes on with the stream [default: 30]" };
        return Create("compact", "Reclaim all space that no kept version needs", "compact", [within], result => Within(result.GetValue(within)));
    }

    public static Command Snapshot()
    {
        var within = new Option<int?>("--within") { Description = "Seconds to wait for it; it is written all the same [default: 30]" };
        return Create("snapshot", "Write a snapshot of a namespace to the state directory of each instance", "snapshot", [within], result => Within(result.GetValue(within)));
    }

    private static string Within(int? seconds) => seconds is null ? "" : $"&within_seconds={seconds}";

    private static Command Create(string name, string description, string route, Option[] more, Func<ParseResult, string>? query = null)
    {
        var space = new Argument<string>("namespace") { Description = "Memory namespace" };
        var version = new Option<string?>("--creative-model") { Description = "The namespace under this creative model [default: the one in effect]" };
        var json = JsonOption.Create();
        var command = new Command(name, description) { space, version, json };
        foreach (var option in more)
            command.Options.Add(option);
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var model = result.GetValue(version) is { } wanted ? $"version={Uri.EscapeDataString(wanted)}" : "";
            var path = $"/v1/memory/{Uri.EscapeDataString(result.GetValue(space)!)}/{route}?{model}{query?.Invoke(result)}";
            if (await api.AskAsync(result, path, new JsonObject(), cancellationToken) is not { } done)
                return ExitCodes.NotFound;
            if (result.GetValue(json))
            {
                Console.WriteLine(done.ToJsonString(Answer.Json));
            }
            else
            {
                foreach (var part in done["instances"]!.AsArray())
                    AnsiConsole.Write(Fields.Of(part!));
            }
            return done["partial"] is null ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }
}
