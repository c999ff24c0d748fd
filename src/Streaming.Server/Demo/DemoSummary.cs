using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Streaming.Server.Metrics;
using Streaming.Server.Replay;

namespace Streaming.Server.Demo;

/// <summary>What a demo ends with, for people.</summary>
internal sealed partial record DemoSummary(RunSummary Run, IReadOnlyList<string> BadRecords, IReadOnlyList<string> Memory, SampleUser? Sample, bool Trained)
{
    public override string ToString()
    {
        var text = new StringBuilder().AppendLine(Run.ToString());
        text.AppendLine("bad records, by reason (each is in its topic's .dlq)");
        foreach (var line in BadRecords)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {line}");
        text.AppendLine("memory");
        foreach (var line in Memory)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {line}");
        if (Sample is not null)
            text.Append(Sample);
        if (!Trained)
            text.AppendLine("The sequence model is seeded, not trained (trained: false): its embeddings lie near what the user saw last.");
        return text.ToString().TrimEnd();
    }

    public static async Task<DemoSummary> CollectAsync(DemoSession session, RunSummary run, PrometheusExporter metrics, CancellationToken cancellationToken) => new(
        run,
        DeadLetters(metrics),
        [.. session.Platform.Namespaces.Values.Select(n => string.Create(CultureInfo.InvariantCulture, $"namespace {n.Options.Name}: {n.LiveEntries:N0} entries, {n.SizeBytes / 1024.0:N0} KiB, version {n.Version}"))],
        await SampleUser.TakeAsync(session, cancellationToken),
        session.Platform.RunningModel.Trained);

    private static List<string> DeadLetters(PrometheusExporter metrics)
    {
        var family = metrics.Collect().FirstOrDefault(f => f.Name == "streaming_dead_letters_total");
        return family is null ? ["none"] : [.. family.Series.OrderByDescending(s => s.Value).Select(Line)];
    }

    private static string Line(MetricSeries series)
    {
        var labels = Label().Matches(series.Labels).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        return string.Create(CultureInfo.InvariantCulture, $"{series.Value,5:0}  {labels["topic"]}: {labels["reason"]} {labels["field"]}");
    }

    [GeneratedRegex("(\\w+)=\"([^\"]*)\"")]
    private static partial Regex Label();
}
