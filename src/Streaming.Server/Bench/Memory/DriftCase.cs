using System.Diagnostics;
using System.Globalization;
using Streaming.Memory.Search;

namespace Streaming.Server.Bench.Memory;

/// <summary>
/// All content is replaced at full speed by a mixture of other Gaussians, and the queries move with it: how long after the last write recall is
/// back, and how low it fell.
/// </summary>
/// <remarks>Answers are kept with their version, and counted against the truth of that version afterwards, so that counting takes no time from what is measured.</remarks>
internal sealed class DriftCase : IMemoryCase
{
    private const double StartRecall = 0.95;
    private const double GoalRecall = 0.93;
    private const int QueriesPerSample = 100;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan UpkeepPause = TimeSpan.FromMilliseconds(2);

    public string Name => "drift";

    public IEnumerable<BenchFigure> Run(MemoryBenchRun run, CancellationToken cancellationToken)
    {
        var data = run.Mixture(run.Options.Dimension, MemoryBenchRun.Hard, cancellationToken);
        var (rows, queries) = run.OtherMixture(run.Options.Dimension);
        var writer = MemoryWriter.Filled(data.Base, cancellationToken);
        var setting = new MemorySearches(writer.Memory, data.Queries, data.Truth).Choose(StartRecall, SearchGrid.Whole, cancellationToken);

        var first = writer.Memory.Version;
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var sampling = Task.Factory.StartNew(
            () => Sample(writer, first, started, data.Queries, queries, setting.Options, stopping.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Replace(writer, rows, cancellationToken);
        var written = Stopwatch.GetElapsedTime(started);
        while (Stopwatch.GetElapsedTime(started) < written + run.Options.Watch && !cancellationToken.IsCancellationRequested)
        {
            writer.Memory.Publish();
            Thread.Sleep(UpkeepPause);
        }
        stopping.Cancel();
        var samples = Counted(sampling.GetAwaiter().GetResult(), data.Base, rows, cancellationToken);

        var low = samples.FindLastIndex(sample => sample.Recall < GoalRecall);
        var back = low < 0 ? TimeSpan.Zero : low + 1 < samples.Count ? samples[low + 1].At - written : run.Options.Watch;
        yield return Figure("drift", Math.Max(0, back.TotalSeconds), Unit(low + 1 < samples.Count)) with { Recall = Math.Round(samples[^1].Recall, 4) };
        yield return Figure("drift_lowest", samples.Min(sample => sample.Recall), "the lowest recall@10 seen, sampled every 250 ms");

        BenchFigure Figure(string name, double value, string unit) => MemoryBenchRun.Figure(name, rows.Count, value, unit) with { Setting = setting.Text };
    }

    private static string Unit(bool isBack) => isBack
        ? string.Create(CultureInfo.InvariantCulture, $"s from the last write until recall@10 stays >= {GoalRecall}")
        : string.Create(CultureInfo.InvariantCulture, $"s watched after the last write, in which recall@10 did not come back to {GoalRecall}");

    private static void Replace(MemoryWriter writer, VectorTable rows, CancellationToken cancellationToken)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            writer.Write(MemoryWriter.Id(row), rows[row]);
            if ((row + 1) % MemoryWriter.BatchWrites != 0)
                continue;
            writer.Memory.Publish();
            cancellationToken.ThrowIfCancellationRequested();
        }
        writer.Memory.Publish();
    }

    private static List<DriftSample> Sample(
        MemoryWriter writer, long first, long started, VectorTable oldQueries, VectorTable newQueries, SearchOptions setting, CancellationToken stop)
    {
        List<DriftSample> samples = [];
        do
        {
            using var snapshot = writer.Memory.Snapshot();
            // Every batch is a version, so the version says how far the writer was.
            var replaced = (int)Math.Min(snapshot.Count, (snapshot.Version - first) * MemoryWriter.BatchWrites);
            var ofNew = (int)((long)QueriesPerSample * replaced / snapshot.Count);
            var queries = Mixed(oldQueries, QueriesPerSample - ofNew, newQueries, ofNew);
            List<IReadOnlyList<Neighbour>> answers = [];
            for (var query = 0; query < queries.Count; query++)
                answers.Add(snapshot.Search(queries[query], MemoryData.Neighbours, setting).Neighbours);
            samples.Add(new(Stopwatch.GetElapsedTime(started), replaced, queries, answers));
        }
        while (!stop.WaitHandle.WaitOne(SampleEvery));
        return samples;
    }

    private static VectorTable Mixed(VectorTable first, int ofFirst, VectorTable second, int ofSecond) => first with
    {
        Numbers = [.. first.Numbers.AsSpan(0, ofFirst * first.Dimension), .. second.Numbers.AsSpan(0, ofSecond * second.Dimension)],
    };

    private static List<(TimeSpan At, double Recall)> Counted(List<DriftSample> samples, VectorTable old, VectorTable rows, CancellationToken cancellationToken)
    {
        var content = old with { Numbers = [.. old.Numbers] };
        List<(TimeSpan, double)> counted = [];
        foreach (var sample in samples)
        {
            rows.Numbers.AsSpan(0, sample.Replaced * rows.Dimension).CopyTo(content.Numbers);
            counted.Add((sample.At, Recall.Of(sample.Answers, ExactNeighbours.Of(content, sample.Queries, MemoryData.Neighbours, cancellationToken))));
        }
        return counted;
    }
}
