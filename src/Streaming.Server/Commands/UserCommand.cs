using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using Spectre.Console;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming user ID</c>: a user's newest features and recent history.</summary>
internal static class UserCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "user_id" };
        var history = new Option<int>("--history") { Description = "Recent events to show, 0 for none", DefaultValueFactory = _ => 10 };
        var json = JsonOption.Create();
        var command = new Command("user", "Show a user's newest features and recent history, from a running instance") { id, history, json };
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = $"/v1/users/{Uri.EscapeDataString(result.GetValue(id)!)}";
            if (await api.AskAsync(result, path, null, cancellationToken) is not { } features)
                return ExitCodes.NotFound;
            if (result.GetValue(history) > 0)
                await AddHistoryAsync(features, api, result, $"{path}/history?limit={result.GetValue(history)}", cancellationToken);
            if (result.GetValue(json))
                Console.WriteLine(features.ToJsonString(Answer.Json));
            else
                Print(features);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task AddHistoryAsync(JsonNode features, ApiClient api, ParseResult result, string path, CancellationToken cancellationToken)
    {
        try
        {
            if (await api.AskAsync(result, path, null, cancellationToken) is { } events)
                features["history"] = events["events"]!.DeepClone();
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.MisdirectedRequest)
        {
            // The features are the answer; the history is another instance's.
            await Console.Error.WriteLineAsync($"streaming: {e.Message}");
        }
    }

    private static void Print(JsonNode features)
    {
        var grid = new Grid().AddColumn().AddColumn();
        foreach (var (name, value) in features.AsObject().Where(f => f.Key != "history"))
            grid.AddRow(Markup.Escape(name), Markup.Escape(Text(value)));
        AnsiConsole.Write(grid);
        if (features["history"] is not JsonArray history)
            return;
        var table = new Table().Border(TableBorder.Simple).AddColumns("time", "action", "creative", "title");
        foreach (var e in history)
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds((long)e!["event_time_ms"]!);
            table.AddRow($"{time:yyyy-MM-dd HH:mm:ss}", Markup.Escape((string)e["action"]!), Markup.Escape((string)e["creative_id"]!), Markup.Escape((string?)e["title"] ?? ""));
        }
        AnsiConsole.Write(table);
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray { Count: > 8 } array when array[0] is JsonValue => $"[{string.Join(", ", array.Take(8).Select(v => v!.ToString()))}, … {array.Count} in all]",
        _ => value.ToString(),
    };
}
