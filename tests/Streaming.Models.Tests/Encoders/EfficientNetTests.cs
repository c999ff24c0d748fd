using System.Numerics.Tensors;
using System.Text.Json;
using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Tests.Encoders;

public sealed class EfficientNetTests
{
    [SharedModelFact("image")]
    public void EfficientNet_runs_by_its_manifest_and_matches_its_reference()
    {
        using var directory = SharedModels.Plug("efficientnet-lite0.json", "image");
        using var encoder = CreativeEncoder.Load(directory.Path);
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedModels.Folder("image"), "reference.json")));
        var photographs = new List<float>();
        foreach (var item in reference.RootElement.GetProperty("items").EnumerateArray())
        {
            var file = item.GetProperty("file").GetString()!;
            using var picture = Decode(Path.Combine(SharedModels.Folder("image"), file));
            var embedding = new float[1280];
            encoder.Encode([new EncoderInput(null, picture)], embedding);
            var cosine = TensorPrimitives.CosineSimilarity<float>(embedding, [.. item.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle())]);
            // Decoders differ by a level here and there in JPEG, and not at all in PNG.
            Assert.True(cosine >= (file.EndsWith(".png", StringComparison.Ordinal) ? 0.9999f : 0.98f), $"{file}: cosine {cosine}");
            if (file.EndsWith(".jpg", StringComparison.Ordinal))
                photographs.Add(cosine);
        }
        Assert.True(photographs.Count >= 5 && photographs.Average() >= 0.99f, $"{photographs.Count} photographs, mean cosine {photographs.Average()}");
    }

    [SharedModelFact("image")]
    public void Another_resize_filter_does_not_match_the_reference()
    {
        using var directory = SharedModels.Plug("efficientnet-lite0.json", "image");
        File.WriteAllText(directory.File("manifest.json"), File.ReadAllText(directory.File("manifest.json")).Replace("bilinear", "nearest", StringComparison.Ordinal));
        using var encoder = CreativeEncoder.Load(directory.Path);
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedModels.Folder("image"), "reference.json")));
        var item = reference.RootElement.GetProperty("items").EnumerateArray().First(i => i.GetProperty("file").GetString()!.EndsWith("chelsea_small.png", StringComparison.Ordinal));
        using var picture = Decode(Path.Combine(SharedModels.Folder("image"), item.GetProperty("file").GetString()!));
        var embedding = new float[1280];
        encoder.Encode([new EncoderInput(null, picture)], embedding);
        Assert.True(TensorPrimitives.CosineSimilarity<float>(embedding, [.. item.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle())]) < 0.9999f);
    }

    [SharedModelFact("image")]
    public void An_image_encoder_refuses_a_creative_without_a_picture()
    {
        using var directory = SharedModels.Plug("efficientnet-lite0.json", "image");
        using var encoder = CreativeEncoder.Load(directory.Path);
        Assert.True(encoder.ReadsImages && !encoder.ReadsText);
        Assert.Contains("the creative has none", Assert.Throws<InvalidDataException>(() => encoder.Encode(["words"], new float[1280])).Message, StringComparison.Ordinal);
    }

    private static DecodedImage Decode(string path)
    {
        var result = new MediaDecoder(new MediaLimits()).Decode(File.ReadAllBytes(path), "");
        return result.Image ?? throw new InvalidDataException($"{path}: {result.Fault}");
    }
}
