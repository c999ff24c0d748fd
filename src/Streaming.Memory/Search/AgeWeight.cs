using Streaming.Memory.Rules;

namespace Streaming.Memory.Search;

/// <summary>
/// How a score loses by age: a weight halves with each half-life since the event time. A score above 0 is multiplied by it and one below 0 divided, so that
/// age never helps.
/// </summary>
/// <param name="nowMs">Unix milliseconds, UTC.</param>
/// <param name="halfLife">Null = age does not matter.</param>
internal readonly struct AgeWeight(long nowMs, TimeSpan? halfLife)
{
    // Below it a score would leave what float32 holds.
    private const float Least = 1e-12f;
    private readonly double _halfLifeMs = halfLife?.TotalMilliseconds ?? 0;

    public bool Matters => _halfLifeMs > 0;

    public float Of(long eventTimeMs) =>
        Matters ? Math.Max(Least, (float)Math.Pow(2, -Math.Max(0, nowMs - eventTimeMs) / _halfLifeMs)) : 1;

    public static float Apply(float weight, float score) => score > 0 ? score * weight : score / weight;

    /// <summary>The score from which the weighed one reaches a limit.</summary>
    public static float Undo(float weight, float limit) => limit > 0 ? limit / weight : limit * weight;

    /// <summary>The weight of an approximate score, which under <see cref="Metric.L2"/> is that of the squared distance.</summary>
    public static float OfCodes(Metric metric, float weight) => metric == Metric.L2 ? weight * weight : weight;
}
