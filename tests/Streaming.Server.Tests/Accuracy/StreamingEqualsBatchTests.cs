using System.Globalization;
using System.Xml.Linq;
using Streaming.Server.Tests.Workloads;

namespace Streaming.Server.Tests.Accuracy;

/// <summary>The shipped models, fed event by event through the engine on the public data sets, have the metrics that PyTorch recorded.</summary>
public sealed class StreamingEqualsBatchTests
{
    private static readonly string[] DataSets = ["amazon-beauty", "ml-latest-small"];

    [TrainedDataFact]
    public async Task The_streaming_engine_has_PyTorch_s_metrics_and_the_report_tells_them()
    {
        using var folder = new TestDirectory();
        var lines = (await StreamingProgram.RunAsync("accuracy", "--data", SharedFolder.PathOf("data"), "--write", folder.PathOf("report.md"), "--json")).Exited(0).JsonLines;
        var exact = lines.Where(l => (string?)l["precision"] == "fp32").ToList();
        Assert.Equal(DataSets, exact.Select(l => (string)l["dataset"]!));
        var report = File.ReadAllText(folder.PathOf("report.md"));
        foreach (var line in exact)
        {
            foreach (var metric in new[] { "hr10", "ndcg10" })
                Assert.Equal((double)line[$"batch_{metric}"]!, (double)line[metric]!, 1e-3);
            // By chance it would be a thousandth.
            Assert.True((double)line["hr10"]! > 0.02, line.ToJsonString());
            Assert.Contains($"## {line["dataset"]}\n", report, StringComparison.Ordinal);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"| {(double)line["hr10"]!:0.0000} | {(double)line["ndcg10"]!:0.0000} |"), report, StringComparison.Ordinal);
        }
        foreach (var (dataset, precision) in DataSets.SelectMany(_ => new[] { "bf16", "fp8" }, (dataset, precision) => (dataset, precision)))
        {
            var line = exact.Single(l => (string)l["dataset"]! == dataset);
            var rounded = lines.Single(l => (string)l["dataset"]! == dataset && (string?)l["precision"] == precision);
            // One standard error of the metric.
            Assert.Equal((double)line["hr10"]!, (double)rounded["hr10"]!, 2e-3);
            Assert.Contains($"Keeping keys and values in {precision} changes HR@10 by", report, StringComparison.Ordinal);
        }
        Assert.Contains("(report/freshness.svg)", report, StringComparison.Ordinal);
        Assert.NotNull(XElement.Load(folder.PathOf("report/freshness.svg")));
    }

    /// <summary>Skipped, with one line, where a data set is not here.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class TrainedDataFactAttribute : FactAttribute
    {
        public TrainedDataFactAttribute() => Skip = DataSets.Select(RealDataFactAttribute.Missing).FirstOrDefault(missing => missing is not null);
    }
}
