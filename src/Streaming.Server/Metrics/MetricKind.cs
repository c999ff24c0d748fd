namespace Streaming.Server.Metrics;

/// <summary>Type of a metric family in the Prometheus text format.</summary>
public enum MetricKind
{
    /// <summary>A sum that only grows.</summary>
    Counter,

    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>Counts of measurements by bucket.</summary>
    Histogram,
}
