namespace Streaming.Server.Metrics;

/// <summary>One series of a family at one moment.</summary>
/// <param name="Labels">Its labels as the text format writes them, without braces: <c>topic="user-events"</c>; empty for none.</param>
/// <param name="Value">Sum of a counter, value of a gauge, sum of a histogram's measurements.</param>
/// <param name="Buckets">The counts of a histogram; null for other kinds.</param>
public sealed record MetricSeries(string Labels, double Value, HistogramBuckets? Buckets);
