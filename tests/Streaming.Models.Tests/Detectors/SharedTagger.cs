using Streaming.Models.Detectors;
using Streaming.Models.Media;
using Streaming.Models.Tests.Encoders;

namespace Streaming.Models.Tests.Detectors;

/// <summary>A folder with a manifest of manifests/ and links to the pre-trained models that it names, and what the reference says of its samples.</summary>
internal sealed class SharedTagger : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public SharedTagger(string model)
    {
        System.IO.File.Copy(ManifestPath(model), _folder.File(TaggerManifest.FileName));
        foreach (var file in Directory.GetFiles(SharedModels.Folder(model)).Where(f => Path.GetExtension(f) is ".onnx" or ".txt"))
            System.IO.File.CreateSymbolicLink(_folder.File(Path.GetFileName(file)), file);
        Tagger = PictureTagger.Load(_folder.Path);
        Reference = System.Text.Json.Nodes.JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(SharedModels.Folder(model), "reference.json")))!;
        Model = model;
    }

    public string Model { get; }

    public PictureTagger Tagger { get; }

    public System.Text.Json.Nodes.JsonNode Reference { get; }

    /// <summary>The samples, decoded, each with its entry in the reference.</summary>
    public IEnumerable<(string Name, DecodedImage Image, System.Text.Json.Nodes.JsonNode Expected)> Samples()
    {
        var decoder = new MediaDecoder(new MediaLimits());
        foreach (var item in Reference["items"]!.AsArray())
        {
            var name = (string)item!["file"]!;
            using var image = decoder.Decode(System.IO.File.ReadAllBytes(Path.Combine(SharedModels.Folder(Model), name)), "").Image!;
            yield return (name, image, item);
        }
    }

    public void Dispose()
    {
        Tagger.Dispose();
        _folder.Dispose();
    }

    private static string ManifestPath(string model) => Path.Combine(RepositoryFiles.Root, "tests", "Streaming.Models.Tests", "Detectors", "manifests", $"{model}.json");
}
