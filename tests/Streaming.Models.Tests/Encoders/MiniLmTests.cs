using System.Numerics.Tensors;
using System.Text.Json;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests.Encoders;

public sealed class MiniLmTests
{
    [SharedModelFact("minilm")]
    public void MiniLm_runs_by_its_manifest_and_matches_its_reference()
    {
        using var directory = SharedModels.Plug("minilm.json", "minilm");
        using var encoder = CreativeEncoder.Load(directory.Path);
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedModels.Folder("minilm"), "reference.json")));
        var cosines = new List<float>();
        foreach (var item in reference.RootElement.GetProperty("items").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            // The reference treats special tokens in a text as such; texts of users must not be able to write them.
            if (text.Contains("[MASK]", StringComparison.Ordinal))
                continue;
            Assert.Equal(item.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt64()), encoder.Tokenize(text)!);
            var embedding = new float[384];
            encoder.Encode([text], embedding);
            cosines.Add(TensorPrimitives.CosineSimilarity<float>(embedding, [.. item.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle())]));
        }
        Assert.True(cosines.Count > 20, $"only {cosines.Count} texts compared");
        Assert.True(cosines.Min() >= 0.99f && cosines.Average() >= 0.999f, $"cosine to the reference: least {cosines.Min()}, mean {cosines.Average()}");
    }

    [SharedModelFact("minilm")]
    public void Int8_model_that_says_it_may_be_batched_is_refused()
    {
        using var directory = SharedModels.Plug("minilm.json", "minilm");
        var manifest = File.ReadAllText(directory.File("manifest.json")).Replace("\"batching\": \"alone\"", "\"batching\": \"padded\", \"batch_max\": 8", StringComparison.Ordinal);
        File.WriteAllText(directory.File("manifest.json"), manifest);
        Assert.Contains("text.batch_max is 8, but probe", Assert.Throws<InvalidDataException>(() => CreativeEncoder.Load(directory.Path)).Message, StringComparison.Ordinal);
    }
}
