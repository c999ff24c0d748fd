using System.Numerics.Tensors;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Tests.Encoders;

/// <summary>Encoders trained with training/encoder: what they answer here is what PyTorch answered there.</summary>
public sealed class ShippedEncoderTests
{
    private const int Side = 224;

    [Fact]
    public void The_default_encoder_matches_its_reference()
    {
        using var encoder = Load("encoder-default", out var reference);
        AssertRows(reference.GetProperty("embeddings"), Encode(encoder, Texts(reference)));
    }

    [Fact]
    public void The_fused_encoder_matches_its_reference_with_and_without_a_picture()
    {
        using var encoder = Load("encoder-fused-1", out var reference);
        using var picture = Picture();
        var texts = Texts(reference);
        AssertRows(reference.GetProperty("text_only"), Encode(encoder, texts));
        AssertRows(reference.GetProperty("with_picture"), Encode(encoder, [.. texts.Select(t => t with { Image = picture })]));
        Assert.True(Near(reference.GetProperty("picture_only"), Encode(encoder, [new EncoderInput(null, picture)])));
    }

    [Fact]
    public void Texts_and_pictures_have_the_same_embedding_alone_and_in_any_batch()
    {
        using var encoder = Load("encoder-fused-1", out _);
        using var picture = Picture();
        using var other = DecodedImage.Copy(1, 2, [1, 2, 3, 200, 100, 50]);
        EncoderInput[] inputs = [.. Enumerable.Range(0, 40).Select(i => new EncoderInput(i % 5 == 0 ? null : $"Product number {i} {new string('x', i)}", i % 5 == 0 || i % 3 == 0 ? (i % 2 == 0 ? picture : other) : null))];
        Assert.Equal(Encode(encoder, inputs[..1]), Encode(encoder, inputs[..1]));
        var together = Encode(encoder, inputs);
        for (var i = 0; i < inputs.Length; i++)
            Assert.True(Encode(encoder, [inputs[i]]).AsSpan().SequenceEqual(together.AsSpan(i * 32, 32)), $"creative {i} differs");
    }

    [Fact]
    public void Texts_of_the_default_encoder_have_the_same_bits_alone_and_in_any_batch()
    {
        using var encoder = Load("encoder-default", out _);
        Prop.ForAll(ArbMap.Default.ArbFor<string?[]>(), drawn =>
        {
            EncoderInput[] inputs = [.. drawn.Select(text => new EncoderInput(text ?? "")), new("Red running shoes"), new("")];
            var together = Encode(encoder, inputs);
            return inputs.Select((input, i) => Encode(encoder, [input]).AsSpan().SequenceEqual(together.AsSpan(i * 32, 32))).All(same => same);
        }).QuickCheckThrowOnFailure(seed: 20260107);
    }

    [Theory]
    [InlineData("Budget travel to the mountains", "Cheap holiday in the Alps", "Brass hex nipple 1 inch")]
    [InlineData("Espresso for the morning", "Fresh roasted coffee beans", "Wooden dining table for six")]
    [InlineData("Doctor's appointment online", "Talk to a physician today", "Play the new puzzle game now")]
    public void The_default_encoder_knows_meanings_that_spelling_does_not_show(string text, string similar, string unrelated)
    {
        using var encoder = Load("encoder-default", out _);
        var rows = Encode(encoder, [new(text), new(similar), new(unrelated)]);
        var (near, far) = (TensorPrimitives.Dot<float>(rows.AsSpan(0, 32), rows.AsSpan(32, 32)), TensorPrimitives.Dot<float>(rows.AsSpan(0, 32), rows.AsSpan(64, 32)));
        Assert.True(near > far, $"cosine to the similar text {near}, to the unrelated one {far}");
    }

    private static CreativeEncoder Load(string name, out JsonElement reference)
    {
        var folder = Path.Combine(RepositoryFiles.Root, "models", name);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "reference.json")));
        reference = document.RootElement.Clone();
        return CreativeEncoder.Load(folder);
    }

    private static EncoderInput[] Texts(JsonElement reference) => [.. reference.GetProperty("texts").EnumerateArray().Select(text => new EncoderInput(text.GetString()))];

    private static float[] Encode(CreativeEncoder encoder, EncoderInput[] inputs)
    {
        var embeddings = new float[inputs.Length * encoder.Dimension];
        encoder.Encode(inputs, embeddings);
        return embeddings;
    }

    private static void AssertRows(JsonElement rows, float[] embeddings)
    {
        Assert.Equal(rows.GetArrayLength() * 32, embeddings.Length);
        var i = 0;
        foreach (var row in rows.EnumerateArray())
            Assert.True(Near(row, embeddings[(i * 32)..(++i * 32)]), $"row {i - 1} differs");
    }

    private static bool Near(JsonElement row, float[] embedding) => row.EnumerateArray().Zip(embedding).All(pair => Math.Abs(pair.First.GetDouble() - pair.Second) < 2e-4);

    // The picture of the reference: byte[c, y, x] = round(127.5 + 127.5 sin(0.05 x + 0.031 y + 1.7 c)).
    private static DecodedImage Picture()
    {
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y, c) = (i / 3 % Side, i / 3 / Side, i % 3);
            pixels[i] = (byte)Math.Round(127.5 + (127.5 * Math.Sin((0.05 * x) + (0.031 * y) + (1.7 * c))));
        }
        return DecodedImage.Copy(Side, Side, pixels);
    }
}
