using Streaming.Models.Encoders;
using Streaming.Models.SemanticIds;
using Xunit.Abstractions;

namespace Streaming.Models.Tests.SemanticIds;

public sealed class DefaultCodebookTests(ITestOutputHelper output)
{
    [Fact]
    public void Default_codebook_is_made_for_the_default_encoder()
    {
        var codebook = Codebook.Load(RepositoryFiles.DefaultCodebook);
        var encoder = EncoderManifest.Load(RepositoryFiles.DefaultEncoder);
        Assert.Equal((2, 512, 32), (codebook.Layers, codebook.Size, codebook.Dimension));
        Assert.Equal((encoder.EncoderVersion, encoder.Dimension), (codebook.Info.EncoderVersion, codebook.Dimension));
        Assert.Equal(DefaultCodebook.Options.CodebookVersion, codebook.Version);
    }

    [MakeFact("codebook-default")]
    public void Default_codebook_is_trained_and_saved()
    {
        var reports = new List<RqKMeansProgress>();
        var codebook = RqKMeansTrainer.Train(
            DefaultCodebook.Embed(SharedData.AmazonIndustrial()), 32, DefaultCodebook.Options, new Collector(reports));
        codebook.Save(RepositoryFiles.DefaultCodebook);
        foreach (var layer in reports.GroupBy(report => report.Layer))
            output.WriteLine($"layer {layer.Key}: {layer.Count()} iterations, {layer.Last()}");
    }

    [SharedDataFact("amazon-industrial")]
    public void Metrics_on_the_training_set_are_as_recorded() =>
        CheckMetrics(SharedData.AmazonIndustrial(), rows: 3686, collision: 0.1058, utilisation: [1, 1], perplexity: [445.0, 228.4]);

    [SharedDataFact("ml-latest-small")]
    public void Metrics_on_films_are_as_recorded() =>
        CheckMetrics(SharedData.MovieLens(), rows: 9742, collision: 0.1944, utilisation: [0.9648, 0.9199], perplexity: [285.1, 262.2]);

    // The tolerances leave room for the last bits of an embedding, which may differ between processor types.
    private void CheckMetrics(List<string> texts, int rows, double collision, double[] utilisation, double[] perplexity)
    {
        var metrics = DefaultCodebook.Measure(Codebook.Load(RepositoryFiles.DefaultCodebook), DefaultCodebook.Embed(texts));
        output.WriteLine($"{metrics} collision {metrics.Collision:F4}; {string.Join("; ", metrics.Levels)}");

        Assert.Equal(rows, metrics.Rows);
        Assert.Equal(collision, metrics.Collision, 0.002);
        for (var level = 0; level < 2; level++)
        {
            Assert.Equal(utilisation[level], metrics.Levels[level].Utilisation, 0.005);
            Assert.Equal(perplexity[level], metrics.Levels[level].Perplexity, 2.0);
        }
    }

    private sealed class Collector(List<RqKMeansProgress> reports) : IProgress<RqKMeansProgress>
    {
        public void Report(RqKMeansProgress value) => reports.Add(value);
    }
}
