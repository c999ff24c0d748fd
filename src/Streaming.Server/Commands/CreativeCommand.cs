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
        var json = JsonOption.Create();
        var command = new Command("creative", "Show a creative's newest features, from a running instance") { id, json };
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (await api.AskAsync(result, $"/v1/creatives/{Uri.EscapeDataString(result.GetValue(id)!)}", null, cancellationToken) is not { } features)
                return ExitCodes.NotFound;
            if (result.GetValue(json))
            {
                Console.WriteLine(features.ToJsonString(Answer.Json));
                return ExitCodes.Ok;
            }
            var grid = new Grid().AddColumn().AddColumn();
            foreach (var (name, value) in features.AsObject())
                grid.AddRow(Markup.Escape(name), Markup.Escape(value?.ToJsonString(Answer.Json) ?? ""));
            AnsiConsole.Write(grid);
            return ExitCodes.Ok;
        });
        return command;
    }
}
