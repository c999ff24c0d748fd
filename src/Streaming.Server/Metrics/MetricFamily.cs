namespace Streaming.Server.Metrics;

/// <summary>All series of one name at one moment.</summary>
/// <param name="Name">Name in the Prometheus text format, with unit and suffix.</param>
/// <param name="Help">What the instrument's author says it measures; may be empty.</param>
/// <param name="Kind">Type of its series.</param>
/// <param name="Series">Its series, ordered by their labels.</param>
public sealed record MetricFamily(string Name, string Help, MetricKind Kind, IReadOnlyList<MetricSeries> Series);
