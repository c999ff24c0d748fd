using Streaming.Models.Encoders;
using Streaming.Models.Hstu;
using static Streaming.Models.Tests.Hstu.HstuAssert;

namespace Streaming.Models.Tests.Hstu;

/// <summary>The platform's arithmetic against values that the PyTorch model made (training/hstu/references.py).</summary>
public sealed class PyTorchReferenceTests
{
    /// <summary>Both anchors, with and without time bias, histories longer and shorter than the window.</summary>
    public static TheoryData<string> Cases => ["self-time", "self-order", "self-young", "next-time", "next-young"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Engine_gives_the_reference_embedding_after_every_event(string name)
    {
        var reference = PyTorchReference.Load(name);
        Assert.True(MaxError(reference.Embeddings, Alone(reference.Model, reference.Tokens)) < HstuCase.Tolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recomputation_gives_the_reference_rows_of_every_layer(string name)
    {
        var reference = PyTorchReference.Load(name);
        var rows = FullRecompute.Layers(reference.Model, reference.Tokens);
        Assert.Equal(reference.Rows.Length, rows.Length);
        for (var layer = 0; layer < rows.Length; layer++) Assert.True(MaxError(reference.Rows[layer], rows[layer]) < HstuCase.Tolerance);
    }

    [Fact]
    public void Training_cuts_hashes_and_embeds_texts_as_the_platform_does()
    {
        using var encoder = CreativeEncoder.Load(RepositoryFiles.HashedEncoder);
        foreach (var (text, expected) in PyTorchReference.TextEmbeddings())
        {
            var embedding = new float[encoder.Dimension];
            encoder.Encode([text], embedding);
            Assert.True(MaxError(expected, embedding) < 1e-5, $"'{text}'");
        }
    }

    [Fact]
    public void Reference_sees_a_token_that_is_taken_for_another()
    {
        var reference = PyTorchReference.Load("self-time");
        HstuToken[] tokens = [.. reference.Tokens];
        tokens[3] = tokens[3] with { EventTimeSeconds = tokens[3].EventTimeSeconds + 86_400 };
        var steps = Alone(reference.Model, tokens);
        Assert.True(MaxError(reference.Embeddings[..3], steps[..3]) < HstuCase.Tolerance);
        Assert.True(MaxError(reference.Embeddings[3..], steps[3..]) > 10 * HstuCase.Tolerance);
    }
}
