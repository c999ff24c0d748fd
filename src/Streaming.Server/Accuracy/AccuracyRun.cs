using System.Diagnostics;
using Streaming.Models.Hstu;
using Streaming.Server.Commands;
using Streaming.Server.Output;
using Streaming.Server.Workloads;

namespace Streaming.Server.Accuracy;

/// <summary>Evaluates one data set: the streaming engine in each precision, and, where events have times, the value of freshness.</summary>
internal sealed class AccuracyRun(AccuracySubject subject, IDataSet dataSet, string modelFolder, string encoderFolder, IReadOnlyList<BatchResult> results)
{
    /// <summary>The precision that must equal PyTorch's, which computes in float32.</summary>
    public const string CheckedPrecision = "fp32";

    private static readonly (string Name, HstuKvPrecision Precision)[] Precisions =
        [(CheckedPrecision, HstuKvPrecision.Fp32), ("bf16", HstuKvPrecision.Bf16), ("fp8", HstuKvPrecision.Fp8)];

    public AccuracyFigures Run(Progress progress, CancellationToken cancellationToken)
    {
        var log = SequenceLog.Read(dataSet);
        var model = AccuracyModel.Load(modelFolder, encoderFolder, log, cancellationToken);
        var recorded = results.FirstOrDefault(r => r.Shipped && r.Dataset == subject.Dataset && r.ModelVersion == model.Sequence.ModelVersion)
            ?? throw new CommandException($"no training result is of the shipped model {model.Sequence.ModelVersion} on {subject.Dataset}: train it again with --result, or name the folder with --results");
        var targets = recorded.CutTime > 0 ? Targets.From(log, recorded.CutTime) : Targets.LeaveOneOut(log);
        if (recorded.Targets is { } expected && expected != targets.Count)
            throw new CommandException($"{recorded.File} is of {expected} targets, but {subject.Dataset} has {targets.Count}: it is of another data set or split");

        List<AccuracyRow> rows = [];
        IReadOnlyList<FreshnessRow> freshness = [];
        foreach (var (name, precision) in Precisions)
        {
            var started = Stopwatch.GetTimestamp();
            var embeddings = Embed(log, model, precision, progress, $"{subject.Dataset}, {name}, users", cancellationToken);
            var metrics = RankAll(log, model, embeddings, targets, progress, cancellationToken);
            rows.Add(AccuracyRow.Of(recorded, name, targets.Count, metrics, Stopwatch.GetElapsedTime(started).TotalSeconds));
            if (name != CheckedPrecision || recorded.CutTime == 0)
                continue;
            var step = progress.Begin($"{subject.Dataset}, stalenesses", Staleness.All.Count + 1);
            var done = 0;
            freshness = FreshnessStudy.Run(log, model.Items, embeddings, targets, recorded.CutTime, () => step.Set(++done));
        }
        return new(subject.Dataset, recorded.CutTime > 0 ? DateTimeOffset.FromUnixTimeSeconds(recorded.CutTime) : null, rows, freshness);
    }

    private static float[] Embed(SequenceLog log, AccuracyModel model, HstuKvPrecision precision, Progress progress, string name, CancellationToken cancellationToken)
    {
        using var engine = model.CreateEngine(precision);
        var step = progress.Begin(name, log.UserCount);
        try
        {
            return StreamingReplay.Embed(log, model.Items, engine, users => step.Set(users), cancellationToken);
        }
        catch (ArgumentException misfit)
        {
            throw new CommandException($"model {model.Sequence.ModelVersion} does not fit the data set: {misfit.Message}");
        }
    }

    private static RankingMetrics RankAll(SequenceLog log, AccuracyModel model, float[] embeddings, IReadOnlyList<Target> targets, Progress progress, CancellationToken cancellationToken)
    {
        var step = progress.Begin("targets", targets.Count);
        var ranking = new FullRanking(log, model.Items);
        var width = model.Items.Width;
        var ranks = new Rank[targets.Count];
        for (var i = 0; i < ranks.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ranks[i] = ranking.ByEmbedding(targets[i], embeddings.AsSpan((targets[i].Event - 1) * width, width));
            step.Advance();
        }
        return RankingMetrics.Of(ranks);
    }
}
