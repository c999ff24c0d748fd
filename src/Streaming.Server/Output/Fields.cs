using System.Text.Json.Nodes;
using Spectre.Console;

namespace Streaming.Server.Output;

/// <summary>A JSON object for people: a line for each field.</summary>
internal static class Fields
{
    public static Grid Of(JsonNode answer)
    {
        var grid = new Grid().AddColumn().AddColumn();
        foreach (var (name, value) in answer.AsObject())
            grid.AddRow(Markup.Escape(name), Markup.Escape(value?.ToJsonString(Answer.Json) ?? ""));
        return grid;
    }
}
