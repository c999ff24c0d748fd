using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Streaming.Server.Api;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming search</c>: the nearest entries of a memory namespace.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var space = new Option<string>("--namespace") { Description = "Memory namespace", DefaultValueFactory = _ => "creatives" };
        var text = new Option<string?>("--text") { Description = "Search with the embedding of these words" };
        var user = new Option<string?>("--user") { Description = "Search with this user's embedding" };
        var creative = new Option<string?>("--creative") { Description = "Search with this creative's embedding" };
        var vector = new Option<string[]>("--vector") { Description = "Search with this vector: numbers, comma separated; may be repeated" };
        var combine = new Option<string?>("--combine") { Description = "Of several vectors: maximum (the k best for any of them) or union (the k nearest of each) [default: maximum]" };
        var k = new Option<int>("-k") { Description = "Neighbours wanted", DefaultValueFactory = _ => 10 };
        var where = new Option<string[]>("--where") { Description = "Only entries with this attribute, name=value; may be repeated" };
        var version = new Option<string?>("--creative-model") { Description = "Search the creatives as they are under this creative model [default: the one in effect]" };
        var asOf = AsOfOption.Create();
        var exact = new Option<bool>("--exact") { Description = "Score every entry by its vector, which takes longer the more there are" };
        var lists = new Option<int?>("--lists") { Description = "Posting lists to scan [default: the namespace's own]" };
        var candidates = new Option<int?>("--candidates") { Description = "Entries chosen by their codes and ranked by their vectors [default: the namespace's own]" };
        var maxLists = new Option<int?>("--max-lists") { Description = "The most posting lists to scan, also where a filter widens the search" };
        var budget = new Option<double?>("--budget-ms") { Description = "Milliseconds after which the search answers with what it has found so far" };
        var explain = new Option<bool>("--explain") { Description = "Show what the search looked at" };
        var minScore = new Option<float?>("--min-score") { Description = "Only entries with this score or a higher one" };
        var halfLife = new Option<double?>("--half-life") { Description = "Age in seconds with which an entry's score halves [default: age does not matter]" };
        var json = JsonOption.Create();
        var command = new Command("search", "Find the nearest entries in the vector memory of a running instance")
        {
            space, text, user, creative, vector, combine, k, where, version, asOf, exact, lists, candidates, maxLists, budget, explain, minScore, halfLife, json,
        };
        var api = new ApiClient(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var vectors = result.GetValue(vector)?.Select(Numbers).ToArray();
            var request = new SearchRequest
            {
                Vectors = vectors is { Length: > 0 } ? vectors : null,
                Combine = result.GetValue(combine),
                UserId = result.GetValue(user),
                CreativeId = result.GetValue(creative),
                Text = result.GetValue(text),
                K = result.GetValue(k),
                Where = Pairs(result.GetValue(where)),
                Version = result.GetValue(version),
                AsOf = result.GetValue(asOf),
                Exact = result.GetValue(exact) ? true : null,
                Lists = result.GetValue(lists),
                Candidates = result.GetValue(candidates),
                MaxLists = result.GetValue(maxLists),
                BudgetMs = result.GetValue(budget),
                Explain = result.GetValue(explain) ? true : null,
                MinScore = result.GetValue(minScore),
                HalfLifeSeconds = result.GetValue(halfLife),
            };
            var path = $"/v1/memory/{Uri.EscapeDataString(result.GetValue(space)!)}/search";
            if (await api.AskAsync(result, path, request, cancellationToken) is not { } found)
                return ExitCodes.NotFound;
            if (result.GetValue(json))
                Console.WriteLine(found.ToJsonString(Answer.Json));
            else
                Print(found);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(JsonNode found)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("score", "id", "title", "category");
        foreach (var neighbour in found["neighbours"]!.AsArray())
        {
            var attributes = neighbour!["attributes"];
            table.AddRow(
                ((double)neighbour["score"]!).ToString("0.0000", CultureInfo.InvariantCulture),
                Markup.Escape((string)neighbour["id"]!),
                Markup.Escape((string?)attributes?["title"] ?? ""),
                Markup.Escape((string?)attributes?["category"] ?? ""));
        }
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"version {found["version"]}, at {found["time"]}");
        if (found["cut"] is { } cut)
            AnsiConsole.WriteLine($"cut short by the budget of {cut}: more would have been looked at");
        if (found["explain"] is { } explained)
            AnsiConsole.Write(Fields.Of(explained));
    }

    private static float[] Numbers(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new float[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                throw new CommandException($"--vector: '{parts[i]}' is not a number");
        }
        return numbers;
    }

    private static Dictionary<string, string>? Pairs(string[]? pairs)
    {
        if (pairs is null || pairs.Length == 0)
            return null;
        var (attributes, bad) = AttributePairs.Parse(pairs);
        return bad is null ? attributes : throw new CommandException($"--where '{bad}': {AttributePairs.Rule}");
    }
}
