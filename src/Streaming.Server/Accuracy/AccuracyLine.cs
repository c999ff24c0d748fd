using System.Globalization;

namespace Streaming.Server.Accuracy;

/// <summary>A figure as the command prints it.</summary>
internal static class AccuracyLine
{
    public static object Of(AccuracyRow row) => new
    {
        row.Dataset,
        row.ModelVersion,
        row.Precision,
        row.Targets,
        row.Streaming.Hr10,
        row.Streaming.Ndcg10,
        row.Streaming.Hr10Unseen,
        row.Streaming.Ndcg10Unseen,
        batch_hr10 = row.Batch.Hr10,
        batch_ndcg10 = row.Batch.Ndcg10,
        batch_hr10_unseen = Known(row.Batch.Hr10Unseen),
        batch_ndcg10_unseen = Known(row.Batch.Ndcg10Unseen),
        row.Difference,
        row.Equal,
        row.Seconds,
    };

    public static object Of(string dataset, FreshnessRow row) => new
    {
        dataset,
        row.Staleness,
        row.Metrics.Hr10,
        row.Metrics.Ndcg10,
        row.Metrics.Hr10Unseen,
        row.Metrics.Ndcg10Unseen,
        row.Hr10WithoutFallback,
        row.MissedEvents,
        row.WithoutEmbedding,
    };

    public static string Text(string dataset, FreshnessRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{dataset}, staleness {row.Staleness}: HR@10 {row.Metrics.Hr10Unseen:0.0000} NDCG@10 {row.Metrics.Ndcg10Unseen:0.0000} among unseen items ({row.Metrics.Hr10:0.0000} {row.Metrics.Ndcg10:0.0000} among all); {row.MissedEvents:0.0} events missed, {100 * row.WithoutEmbedding:0.0}% without embedding");

    // JSON has no NaN; null is left out.
    private static double? Known(double value) => double.IsNaN(value) ? null : value;
}
