using System.Globalization;

namespace Streaming.Models.SemanticIds;

/// <summary>Says when a layer has collapsed: most creatives share few of its codes, so its part of the semantic ID tells nothing.</summary>
/// <param name="LeastPerplexity">Lowest healthy perplexity, as a share of what it could be: of the codes, or of the creatives where they are fewer.</param>
/// <param name="LeastRows">Fewer creatives say nothing yet.</param>
public sealed record CodebookAlarm(double LeastPerplexity = 0.1, int LeastRows = 256)
{
    /// <summary>The default thresholds: a tenth, from 256 creatives on.</summary>
    public static CodebookAlarm Default { get; } = new();

    /// <summary>Whether a layer has collapsed.</summary>
    /// <param name="level">Its use.</param>
    /// <param name="size">Its codes.</param>
    /// <param name="rows">Creatives that were counted.</param>
    public bool IsCollapsed(CodebookLevelMetrics level, int size, int rows) =>
        rows >= LeastRows && level.Perplexity < LeastPerplexity * Math.Min(size, rows);

    /// <returns>A sentence for each collapsed layer; empty when all are healthy.</returns>
    public IEnumerable<string> Check(CodebookMetrics metrics, int size) =>
        from entry in metrics.Levels.Select((level, layer) => (level, layer))
        where IsCollapsed(entry.level, size, metrics.Rows)
        select string.Create(
            CultureInfo.InvariantCulture,
            $"layer {entry.layer} has collapsed: perplexity {entry.level.Perplexity:0.0} of {Math.Min(size, metrics.Rows)} is below {LeastPerplexity:0.##} of it.");
}
