using System.CommandLine;
using System.Text.Json.Nodes;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming memory drop NAMESPACE --confirm NAMESPACE</c>: all that a namespace holds, on every instance, also after a restart.</summary>
internal static class MemoryDropCommand
{
    public static Command Create()
    {
        var space = new Argument<string>("namespace") { Description = "Memory namespace" };
        var confirm = new Option<string?>("--confirm") { Description = "The namespace's name again" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show how many entries it holds, and drop nothing" };
        var json = JsonOption.Create();
        var command = new Command("drop", "Drop all entries of a namespace, and snapshots that hold them") { space, confirm, dryRun, json };
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var name = result.GetValue(space)!;
            if (result.GetValue(dryRun))
                return await CountAsync(api, result, name, result.GetValue(json), cancellationToken);
            if (result.GetValue(confirm) != name)
                throw new CommandException($"--confirm '{result.GetValue(confirm)}': must repeat the namespace, '{name}': all that it holds would be gone");
            var path = $"/v1/memory/{Uri.EscapeDataString(name)}/drop?confirm={Uri.EscapeDataString(name)}";
            if (await api.AskAsync(result, path, new JsonObject(), cancellationToken) is not { } sent)
                return ExitCodes.NotFound;
            Answer.Write(result.GetValue(json), sent, $"the drop is sent: what '{name}' was given until now leaves every instance, and its snapshots");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<int> CountAsync(ApiClient api, ParseResult result, string name, bool json, CancellationToken cancellationToken)
    {
        if (await api.AskAsync(result, "/v1/memory", null, cancellationToken) is not { } found)
            return ExitCodes.NotFound;
        if (found["partial"] is not null)
            throw new HttpRequestException("an instance that holds a part does not answer: ask again");
        if (found["namespaces"]!.AsArray().FirstOrDefault(n => (string)n!["name"]! == name) is not { } space)
        {
            await Console.Error.WriteLineAsync($"streaming: namespace '{name}' does not exist");
            return ExitCodes.NotFound;
        }
        Answer.Write(json, new { entries = (long)space["entries"]! }, $"{space["entries"]} entries would be dropped; nothing was sent");
        return ExitCodes.Ok;
    }
}
