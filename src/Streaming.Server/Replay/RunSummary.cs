using System.Globalization;
using System.Text.Json.Serialization;

namespace Streaming.Server.Replay;

/// <summary>What a long command ends with: one JSON object (docs/benchmarks.md), or a few lines for people.</summary>
internal sealed record RunSummary(
    long Events, long UserFeatures, int Users, int Creatives, long DeadLetters, string Digest, [property: JsonPropertyName("freshness_ms")] FreshnessSummary Freshness, double Seconds)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        events         {Events,10:N0}
        user features  {UserFeatures,10:N0} versions for {Users:N0} users
        creatives      {Creatives,10:N0}
        dead letters   {DeadLetters,10:N0}
        freshness      p50 {Freshness.P50:0.0} ms, p99 {Freshness.P99:0.0} ms, max {Freshness.Max:0.0} ms
        digest         {Digest}
        time           {Seconds:0.0} s
        """);
}
