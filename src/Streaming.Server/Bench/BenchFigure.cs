using System.Globalization;
using System.Text.Json.Serialization;

namespace Streaming.Server.Bench;

/// <summary>One measured figure: a line of docs/benchmarks. Fields that do not apply are left out.</summary>
internal sealed record BenchFigure(string Bench, string Case, double Value, string Unit)
{
    public double? P50 { get; init; }

    public double? P99 { get; init; }

    /// <summary>What it is compared with, measured in the same run.</summary>
    public string? Peer { get; init; }

    public double? PeerValue { get; init; }

    /// <summary><see cref="Value"/> / <see cref="PeerValue"/>.</summary>
    public double? Ratio => PeerValue is > 0 ? Math.Round(Value / PeerValue.Value, 3) : null;

    /// <summary>Entries held while it was measured.</summary>
    public int? Entries { get; init; }

    /// <summary>Recall@10 at which it was measured.</summary>
    public double? Recall { get; init; }

    /// <summary>What was chosen to reach it.</summary>
    public string? Setting { get; init; }

    public string Machine { get; init; } = BenchMachine.Name;

    public string Commit { get; init; } = BenchMachine.Commit;

    [JsonIgnore]
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Bench}/{Case}: {Value:0.###} {Unit}")
        + (P50 is null ? "" : string.Create(CultureInfo.InvariantCulture, $" (p50 {P50:0.###}, p99 {P99:0.###})"))
        + (Recall is null ? "" : string.Create(CultureInfo.InvariantCulture, $", recall {Recall:0.####}"))
        + (Setting is null ? "" : $", {Setting}")
        + (Peer is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {Ratio:0.##}× {Peer} ({PeerValue:0.###})"));
}
