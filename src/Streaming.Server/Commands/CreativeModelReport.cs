using System.Globalization;
using System.Text.Json.Serialization;
using Streaming.Core.Creatives;

namespace Streaming.Server.Commands;

/// <summary>The churn between two creative models, as <c>streaming creatives compare</c> shows it.</summary>
/// <param name="InEffect">Version of the model in effect.</param>
/// <param name="Version">The other one.</param>
/// <param name="Found">What was found.</param>
internal sealed record CreativeModelReport(string InEffect, string Version, [property: JsonPropertyName("comparison")] CreativeModelComparison Found)
{
    [JsonIgnore]
    public string Text
    {
        get
        {
            var lines = new List<string>
            {
                string.Create(CultureInfo.InvariantCulture, $"{Version} beside {InEffect}, over {Found.Creatives:N0} creatives: {(Found.IsComplete ? "complete" : "not complete")}"),
                string.Create(CultureInfo.InvariantCulture, $"  missing {Found.Missing:N0}, behind {Found.Behind:N0}, of another model {Found.Mixed:N0}"),
                string.Create(CultureInfo.InvariantCulture, $"  semantic ID changed {Found.Changed:P1}"),
            };
            lines.AddRange(Found.Levels.Select((level, i) => string.Create(
                CultureInfo.InvariantCulture, $"  level {i + 1}: code changed {level.Changed:P1}; pairs with equal codes so far that stay together {level.KeptTogether:P1}")));
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  collision {Found.Collision:P2} → {Found.OtherCollision:P2}, semantic IDs given twice {Found.OtherAmbiguous:N0}"));
            return string.Join('\n', lines);
        }
    }
}
