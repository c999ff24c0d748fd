using System.Text.Json;
using Streaming.Models.Hstu;

namespace Streaming.Server.Tests.Accuracy;

/// <summary><c>streaming accuracy</c> checks the engine against recorded figures, and fails when they differ.</summary>
public sealed class AccuracyCommandTests
{
    private const long CutTime = 1_500_000_000 + (60L * 160_000);

    /// <summary>A run against figures that it cannot reach.</summary>
    private static readonly Lazy<Task<ProgramResult>> Differing = new(async () =>
    {
        using var results = new TestDirectory();
        Record(results, 0.5, 0.5);
        return await RunAsync(results);
    });

    [Fact]
    public async Task Recorded_figures_that_differ_fail_and_equal_ones_pass()
    {
        using var results = new TestDirectory();
        var differing = (await Differing.Value).Exited(1);
        Assert.Contains("not PyTorch's batch evaluation", differing.LastError, StringComparison.Ordinal);
        var fp32 = differing.JsonLines[0];
        Assert.Equal(("fp32", false), ((string)fp32["precision"]!, (bool)fp32["equal"]!));
        var (hr10, ndcg10) = ((double)fp32["hr10"]!, (double)fp32["ndcg10"]!);
        Assert.InRange(hr10, 0.005, 0.2);

        Record(results, hr10 + 0.0009, ndcg10 - 0.0009);
        Assert.True((bool)(await RunAsync(results)).Exited(0).JsonLines[0]["equal"]!);
        Record(results, hr10, ndcg10 - 0.0011);
        (await RunAsync(results)).Exited(1);
    }

    [Fact]
    public async Task The_freshest_row_is_the_streaming_figure()
    {
        var lines = (await Differing.Value).JsonLines;
        var fresh = lines.Single(l => (string?)l["staleness"] == "last event");
        Assert.Equal(["hr10", "ndcg10", "hr10_unseen", "ndcg10_unseen"], new[] { "hr10", "ndcg10", "hr10_unseen", "ndcg10_unseen" }.Where(m => (double)fresh[m]! == (double)lines[0][m]!));
        Assert.Equal(6, lines.Count(l => l["staleness"] is not null));
        Assert.Equal(0, (double)fresh["without_embedding"]!);
    }

    [Fact]
    public async Task A_result_of_other_targets_or_of_another_model_is_refused()
    {
        using var results = new TestDirectory();
        Record(results, 0.5, 0.5, targets: 17);
        Assert.Contains("17 targets", (await RunAsync(results)).Exited(2).LastError, StringComparison.Ordinal);
        Record(results, 0.5, 0.5, version: "another");
        Assert.Contains($"no training result is of the shipped model {HstuDefaultModel.ModelVersion}", (await RunAsync(results)).Exited(2).LastError, StringComparison.Ordinal);
        File.WriteAllText(results.PathOf("result.json"), "{}");
        Assert.Contains("result.json is no training result", (await RunAsync(results)).Exited(2).LastError, StringComparison.Ordinal);
    }

    private static void Record(TestDirectory folder, double hr10, double ndcg10, string version = HstuDefaultModel.ModelVersion, int? targets = null) => File.WriteAllText(
        folder.PathOf("result.json"),
        JsonSerializer.Serialize(new
        {
            dataset = "ml-latest-small",
            model = "hstu",
            variant = "seeded",
            seed = 1,
            shipped = true,
            model_version = version,
            hr10,
            ndcg10,
            cut_time = CutTime,
            targets,
        }));

    private static Task<ProgramResult> RunAsync(TestDirectory results)
    {
        var model = results.PathOf("model");
        HstuDefaultModel.Create().Save(model);
        return StreamingProgram.RunAsync(
            "accuracy", "--data", SmallDataSet.First.Folder, "--model", model, "--encoder", RepositoryFiles.PathOf("models/encoder-default"), "--results", results.Path, "--json");
    }
}
