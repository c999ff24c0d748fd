using System.Numerics.Tensors;
using System.Text.Json;
using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Tests.Encoders;

public sealed class EfficientNetTests
{
    [SharedModelFact("image")]
    public void EfficientNet_runs_by_its_manifest()
    {
        using var directory = SharedModels.Plug("efficientnet-lite0.json", "image");
        using var encoder = CreativeEncoder.Load(directory.Path);
        Assert.True(encoder.ReadsImages);
        Assert.False(encoder.ReadsText);
        Assert.Throws<InvalidDataException>(() => encoder.Encode(["words"], new float[1280]));
    }
}
