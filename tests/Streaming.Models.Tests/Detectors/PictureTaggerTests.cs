using System.Security.Cryptography;
using System.Text;
using Streaming.Core.Contracts;
using Streaming.Models.Detectors;
using Streaming.Models.Tests.Media;

namespace Streaming.Models.Tests.Detectors;

/// <summary>A tagger's folder with a classifier whose answers are known: the mean of each channel.</summary>
public sealed class PictureTaggerTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(255, 0, 0, "apple")]
    [InlineData(0, 255, 0, "leaf")]
    [InlineData(0, 0, 255, "sky")]
    [InlineData(90, 100, 110, null)]
    public void Object_type_is_the_label_that_is_probable_enough(byte red, byte green, byte blue, string? label)
    {
        using var tagger = Classifier();
        using var picture = Pictures.Plain(red, green, blue);
        var tags = new CreativeTags();
        Assert.Empty(tagger.Fill([picture], tags));

        Assert.Equal(label is not null, tags.HasObjectType);
        Assert.Equal(label ?? "", tags.ObjectType);
        Assert.False(tags.HasPerson || tags.HasTextColor || tags.HasText);
    }

    [Fact]
    public void Without_a_picture_nothing_is_told()
    {
        using var tagger = Classifier();
        var tags = new CreativeTags();
        tagger.Fill([], tags);
        Assert.Equal(new CreativeTags(), tags);
    }

    [Fact]
    public void A_manifest_says_all_that_is_wrong_with_it()
    {
        Write("""{ "person": [ { "kind": "circles", "min_score": 2, "picture": { "width": 5, "channels": "cmyk" } } ] }""");
        var error = Assert.Throws<InvalidDataException>(() => PictureTagger.Load(_folder.Path)).Message;
        foreach (var part in (string[])["tagger_version is missing", "person[0].kind is 'circles'", "person[0].min_score is 2", "person[0].picture.model is missing", "person[0].picture.channels is 'cmyk'", "either width and height, or longer_side"])
            Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_not_the_manifests_is_refused()
    {
        Classifier().Dispose();
        File.AppendAllText(_folder.File("mean.onnx"), " ");
        Assert.Contains("sha256", Assert.Throws<InvalidDataException>(() => PictureTagger.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_that_the_model_does_not_have_are_named()
    {
        Plug("\"labels_of_something\"");
        var error = Assert.Throws<InvalidDataException>(() => PictureTagger.Load(_folder.Path)).Message;
        Assert.Contains("the model's outputs are: scores", error, StringComparison.Ordinal);
    }

    private PictureTagger Classifier()
    {
        Plug("\"scores\"");
        return PictureTagger.Load(_folder.Path);
    }

    private void Plug(string output)
    {
        var (model, labels) = (MeanColourModel.Build(), Encoding.UTF8.GetBytes("apple\nleaf\nsky\n"));
        File.WriteAllBytes(_folder.File("mean.onnx"), model);
        File.WriteAllBytes(_folder.File("labels.txt"), labels);
        Write($$"""
            {
              "tagger_version": "test",
              "object_type": {
                "picture": { "model": { "file": "mean.onnx", "sha256": "{{Sha(model)}}" }, "input": "image", "width": 8, "height": 8, "std": [255, 255, 255] },
                "scores": {{output}}, "min_score": 0.9, "labels": { "file": "labels.txt", "sha256": "{{Sha(labels)}}" }
              }
            }
            """);
    }

    private void Write(string manifest) => File.WriteAllText(_folder.File(TaggerManifest.FileName), manifest);

    private static string Sha(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
