using Streaming.Server.Output;

namespace Streaming.Server.Replay;

/// <summary>Freshness in milliseconds: append time of a user feature minus append time of its event.</summary>
internal sealed record FreshnessSummary(double P50, double P99, double Max)
{
    public static FreshnessSummary Of(LatencyRecorder recorder) => recorder.Count == 0
        ? new(0, 0, 0)
        : new(Math.Round(recorder.QuantileMs(0.5), 3), Math.Round(recorder.QuantileMs(0.99), 3), Math.Round(recorder.MaxMs, 3));
}
