using System.Globalization;

namespace Streaming.Server.Accuracy;

/// <summary>The accuracy of a model in the streaming engine, beside PyTorch's batch evaluation of the same model.</summary>
/// <param name="Dataset">Folder name of the data set.</param>
/// <param name="ModelVersion">The model's version.</param>
/// <param name="Precision">How the engine kept keys and values: <c>fp32</c>, <c>bf16</c> or <c>fp8</c>.</param>
/// <param name="Targets">How many events were foreseen.</param>
/// <param name="Streaming">The engine's metrics.</param>
/// <param name="Batch">PyTorch's; figures that it did not record are NaN.</param>
/// <param name="Difference">The largest difference of a metric that both have.</param>
/// <param name="Seconds">What the replay and the ranking took.</param>
internal sealed record AccuracyRow(
    string Dataset, string ModelVersion, string Precision, int Targets, RankingMetrics Streaming, RankingMetrics Batch, double Difference, double Seconds)
{
    /// <summary>Largest difference between the float32 engine and the batch evaluation that is rounding: a few of the targets at rank 10 or 11.</summary>
    public const double Tolerance = 1e-3;

    /// <summary>The engine is the batch evaluation, up to rounding.</summary>
    public bool Equal => Difference <= Tolerance;

    /// <summary>It must be: in float32, in which PyTorch computes. What less precision changes is a finding, not an error.</summary>
    public bool Failed => Precision == AccuracyRun.CheckedPrecision && !Equal;

    public static AccuracyRow Of(BatchResult recorded, string precision, int targets, RankingMetrics streaming, double seconds)
    {
        var batch = new RankingMetrics(recorded.Hr10, recorded.Ndcg10, recorded.Hr10Unseen ?? double.NaN, recorded.Ndcg10Unseen ?? double.NaN);
        (double Streaming, double Batch)[] pairs =
            [(streaming.Hr10, batch.Hr10), (streaming.Ndcg10, batch.Ndcg10), (streaming.Hr10Unseen, batch.Hr10Unseen), (streaming.Ndcg10Unseen, batch.Ndcg10Unseen)];
        var difference = pairs.Where(p => !double.IsNaN(p.Batch)).Max(p => Math.Abs(p.Streaming - p.Batch));
        return new(recorded.Dataset, recorded.ModelVersion ?? "", precision, targets, streaming, batch, difference, Math.Round(seconds, 1));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Dataset}, {ModelVersion}, {Precision}: HR@10 {Streaming.Hr10:0.0000} NDCG@10 {Streaming.Ndcg10:0.0000} over {Targets:N0} targets; PyTorch's batch {Batch.Hr10:0.0000} {Batch.Ndcg10:0.0000}; difference {Difference:0.000000}{(Failed ? $", more than {Tolerance}" : "")} ({Seconds:0.0} s)");
}
