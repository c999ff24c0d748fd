using System.CommandLine;
using Spectre.Console;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming creative ID</c>: a creative's newest features.</summary>
internal static class CreativeCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "creative_id" };
        var version = new Option<string?>("--creative-model") { Description = "Features under this creative model, as streaming creatives status names it [default: the one in effect]" };
        var json = JsonOption.Create();
        var command = new Command("creative", "Show a creative's newest features, from a running instance") { id, version, json };
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var asked = result.GetValue(version) is { } model ? $"?version={Uri.EscapeDataString(model)}" : "";
            if (await api.AskAsync(result, $"/v1/creatives/{Uri.EscapeDataString(result.GetValue(id)!)}{asked}", null, cancellationToken) is not { } features)
                return ExitCodes.NotFound;
            if (result.GetValue(json))
            {
                Console.WriteLine(features.ToJsonString(Answer.Json));
                return ExitCodes.Ok;
            }
            AnsiConsole.Write(Fields.Of(features));
            return ExitCodes.Ok;
        });
        return command;
    }
}
