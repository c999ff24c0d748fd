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
    }

    [SharedDataFact("amazon-industrial")]
    public void Metrics_on_products_are_as_recorded() =>
        CheckMetrics(SharedData.AmazonIndustrial(), rows: 3686, collision: 0.1668, utilisation: [0.6602, 0.9902], perplexity: [335.0, 471.3]);

    [SharedDataFact("ml-latest-small")]
    public void Metrics_on_films_are_as_recorded() =>
        CheckMetrics(SharedData.MovieLens(), rows: 9742, collision: 0.5300, utilisation: [0.4922, 0.9004], perplexity: [65.1, 215.2]);

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
}
