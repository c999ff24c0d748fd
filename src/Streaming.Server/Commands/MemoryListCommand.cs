using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming memory list</c>: the namespaces and what they hold.</summary>
internal static class MemoryListCommand
{
    private static readonly string[] Columns = ["name", "entries", "live", "lists", "recall", "KiB", "B/entry", "version", "oldest"];

    public static Command Create()
    {
        var json = JsonOption.Create();
        var command = new Command("list", "List the namespaces with entries, sizes and versions") { json };
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (await api.AskAsync(result, "/v1/memory", null, cancellationToken) is not { } found)
                return ExitCodes.NotFound;
            var namespaces = found["namespaces"]!.AsArray();
            if (result.GetValue(json))
            {
                foreach (var space in namespaces)
                    Console.WriteLine(space!.ToJsonString(Answer.Json));
            }
            else
            {
                Print(namespaces);
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(JsonArray namespaces)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in Columns)
            table.AddColumn(new TableColumn(column).NoWrap());
        foreach (var space in namespaces)
        {
            table.AddRow(
                Markup.Escape((string)space!["name"]!),
                Number(space["entries"], "N0"),
                Number(space["live_share"], "P0"),
                Number(space["lists"], "N0") + ((bool)space["moving"]! ? " (moving)" : ""),
                Number(space["recall"], "0.000"),
                ((double)space["size_bytes"]! / 1024).ToString("N0", CultureInfo.InvariantCulture),
                Number(space["bytes_per_entry"], "N0"),
                Number(space["version"], "N0"),
                Number(space["oldest_version"], "N0"));
        }
        AnsiConsole.Write(table);
    }

    private static string Number(JsonNode? value, string format) => value is null ? "" : ((double)value).ToString(format, CultureInfo.InvariantCulture);
}
