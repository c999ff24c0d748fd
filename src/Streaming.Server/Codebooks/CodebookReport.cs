using System.Globalization;
using System.Text.Json.Serialization;
using Streaming.Models.SemanticIds;

namespace Streaming.Server.Codebooks;

/// <summary>What <c>codebook train</c> and <c>codebook eval</c> answer.</summary>
/// <param name="CodebookVersion">Of the codebook.</param>
/// <param name="Method">How it was made.</param>
/// <param name="Layers">Codes of an ID.</param>
/// <param name="Size">Codes of a layer.</param>
/// <param name="Rows">Creatives.</param>
/// <param name="UniqueIds">Distinct IDs among them.</param>
/// <param name="Collision">(rows − unique) / rows.</param>
/// <param name="Levels">Use of each layer.</param>
/// <param name="Alarms">A sentence for each collapsed layer.</param>
internal sealed record CodebookReport(
    string CodebookVersion, string Method, int Layers, int Size, int Rows, int UniqueIds, double Collision, IReadOnlyList<CodebookLevelMetrics> Levels, IReadOnlyList<string> Alarms)
{
    public static CodebookReport Of(SemanticIdTable ids, CodebookAlarm alarm)
    {
        var metrics = ids.Measure();
        return new(ids.Version, ids.Method, ids.Layers, ids.Size, metrics.Rows, metrics.UniqueIds, metrics.Collision, metrics.Levels, [.. alarm.Check(metrics, ids.Size)]);
    }

    /// <summary>For people: a line for the codebook, a line for each layer.</summary>
    [JsonIgnore]
    public string Text => string.Join(Environment.NewLine, Levels.Select(Line).Prepend(string.Create(
        CultureInfo.InvariantCulture,
        $"{CodebookVersion} ({Method}): {Layers} x {Size} on {Rows:N0} creatives, {UniqueIds:N0} distinct IDs, collision {Collision:P2}")));

    /// <summary>Tells of collapsed layers on standard error.</summary>
    public void WriteAlarms()
    {
        foreach (var sentence in Alarms)
            Console.Error.WriteLine($"streaming: codebook {CodebookVersion}: {sentence}");
    }

    private string Line(CodebookLevelMetrics level, int layer) => string.Create(
        CultureInfo.InvariantCulture,
        $"  layer {layer}: utilisation {level.Utilisation:0.000}, perplexity {level.Perplexity:0.0} of {Size}, Gini {level.Gini:0.000}");
}
