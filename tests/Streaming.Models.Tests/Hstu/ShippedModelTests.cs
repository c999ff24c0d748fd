using Streaming.Models.Encoders;
using Streaming.Models.Hstu;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Hstu;

/// <summary>The trained models under <c>models</c>, as the program loads them.</summary>
public sealed class ShippedModelTests
{
    private const long MaxFolderBytes = 4 << 20;

    [Theory]
    [InlineData("hstu-default", "encoder-default")]
    [InlineData("hstu-ml-latest-small", "encoder-ml-latest-small")]
    public void Model_takes_what_its_encoder_makes(string name, string encoderName)
    {
        var model = Load(name);
        using var encoder = CreativeEncoder.Load(Folder(encoderName));
        Assert.Equal(model.Config.ContentWidth, encoder.Dimension);
        Assert.Equal(HstuDefaultModel.Config, model.Config);
    }

    [Fact]
    public void Vectors_of_the_beauty_model_are_one_for_each_of_its_creatives()
    {
        var model = Load("hstu-amazon-beauty");
        var items = Safetensors.Read(File.ReadAllBytes(Path.Combine(Folder("hstu-amazon-beauty"), "items.safetensors")))["items"];
        var ids = File.ReadAllLines(Path.Combine(Folder("hstu-amazon-beauty"), "items.txt"));
        Assert.Equal([ids.Length, model.Config.ContentWidth], items.Shape);
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(items.Values.ToArray().Chunk(items.Shape[1]), row => Assert.Equal(1, Math.Sqrt(row.Sum(value => (double)value * value)), 1e-5));
    }

    private static HstuModel Load(string name)
    {
        var model = HstuModel.Load(Folder(name));
        Assert.True(model.Trained);
        Assert.InRange(Directory.GetFiles(Folder(name)).Sum(file => new FileInfo(file).Length), 1, MaxFolderBytes);
        return model;
    }

    private static string Folder(string name) => Path.Combine(RepositoryFiles.Root, "models", name);
}
