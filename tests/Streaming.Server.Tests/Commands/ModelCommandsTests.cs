using Streaming.Models.Hstu;
using Streaming.Models.SemanticIds;

namespace Streaming.Server.Tests.Commands;

/// <summary>What <c>codebook train</c> and <c>model init</c> write can be run.</summary>
public sealed class ModelCommandsTests
{
    [Fact]
    public async Task A_trained_codebook_loads_and_comes_with_its_metrics()
    {
        using var folder = new TestDirectory();
        var output = folder.PathOf("codebook");

        var result = (await StreamingProgram.RunAsync(
            "codebook", "train", SmallDataSet.First.Folder, "--output", output, "--size", "16", "--layers", "3", "--codebook-version", "small-1", "--json")).Exited(0);

        var codebook = Codebook.Load(output);
        Assert.Equal(("small-1", 3, 16, 32), (codebook.Version, codebook.Layers, codebook.Size, codebook.Dimension));
        var metrics = Assert.Single(result.JsonLines);
        Assert.Equal(SmallDataSet.Films, (int)metrics["rows"]!);
        var unique = (int)metrics["unique_ids"]!;
        Assert.InRange(unique, 16, SmallDataSet.Films);
        Assert.Equal((SmallDataSet.Films - unique) / (double)SmallDataSet.Films, (double)metrics["collision"]!, 1e-9);
        Assert.Equal(3, metrics["levels"]!.AsArray().Count);
        Assert.All(metrics["levels"]!.AsArray(), level => Assert.InRange((double)level!["perplexity"]!, 1, 16));
        using var topology = new TestTopology("", edit: text => System.Text.RegularExpressions.Regex.Replace(text, @"codebook: \S+", $"codebook: {output}"));
        (await StreamingProgram.RunAsync("topology", "validate", topology.Path, "--models")).Exited(0);
    }

    [Fact]
    public async Task Training_refuses_a_layer_larger_than_the_data_set()
    {
        using var folder = new TestDirectory();
        var result = (await StreamingProgram.RunAsync("codebook", "train", SmallDataSet.First.Folder, "--output", folder.PathOf("codebook"), "--size", "512")).Exited(2);
        Assert.Contains("--size 512", result.LastError, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.PathOf("codebook")));
    }

    [Fact]
    public async Task The_seeded_model_loads_and_says_that_it_is_not_trained()
    {
        using var folder = new TestDirectory();
        var result = (await StreamingProgram.RunAsync("model", "init", "--output", folder.Path, "--json")).Exited(0);
        Assert.False((bool)Assert.Single(result.JsonLines)["trained"]!);
        Assert.False(HstuModel.Load(folder.Path).Trained);
    }
}
