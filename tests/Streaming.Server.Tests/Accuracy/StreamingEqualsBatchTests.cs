using Streaming.Server.Tests.Workloads;

namespace Streaming.Server.Tests.Accuracy;

/// <summary>The shipped models, fed event by event through the engine on the public data sets, have the metrics that PyTorch recorded.</summary>
public sealed class StreamingEqualsBatchTests
{
    [RealDataFact("amazon-beauty")]
    public Task On_amazon_beauty() => IsEqualAsync("amazon-beauty");

    [RealDataFact("ml-latest-small")]
    public Task On_ml_latest_small() => IsEqualAsync("ml-latest-small");

    private static async Task IsEqualAsync(string dataset)
    {
        var lines = (await StreamingProgram.RunAsync("accuracy", "--data", RealDataFactAttribute.PathOf(dataset), "--json")).Exited(0).JsonLines;
        var exact = lines.Single(l => (string?)l["precision"] == "fp32");
        foreach (var metric in new[] { "hr10", "ndcg10" })
            Assert.Equal((double)exact[$"batch_{metric}"]!, (double)exact[metric]!, 1e-3);
        Assert.Equal(dataset, (string)exact["dataset"]!);
        // Ten of some ten thousand items by chance would be a thousandth.
        Assert.True((double)exact["hr10"]! > 0.02, exact.ToJsonString());
    }
}
