namespace Streaming.Server.Accuracy;

/// <summary>What was found on one data set.</summary>
/// <param name="Dataset">Folder name of the data set.</param>
/// <param name="TestFrom">When the test begins; null when it is leave-one-out.</param>
/// <param name="Rows">The streaming engine, a row for each precision.</param>
/// <param name="Freshness">The value of freshness; empty where events have an order but no times.</param>
internal sealed record AccuracyFigures(string Dataset, DateTimeOffset? TestFrom, IReadOnlyList<AccuracyRow> Rows, IReadOnlyList<FreshnessRow> Freshness);
