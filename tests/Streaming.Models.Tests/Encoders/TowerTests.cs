using Streaming.Models.Encoders;
using Streaming.Models.Media;

namespace Streaming.Models.Tests.Encoders;

/// <summary>Small models whose answers are known by hand.</summary>
public sealed class TowerTests
{
    private const string Words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\n";

    // Row of token i: (i, 10 − i). A text "a b" is [CLS] a b [SEP] = 2 4 5 3.
    [Theory]
    [InlineData("cls", 2, 8)]
    [InlineData("mean", 3.5f, 6.5f)]
    [InlineData("max", 5, 8)]
    public void Pooling_reads_the_positions_that_are_no_padding(string pooling, float first, float second)
    {
        using var plugIn = new PlugIn().File("vocab.txt", System.Text.Encoding.UTF8.GetBytes(Words)).File("text.onnx", Rows()).Manifest(Text($$""" "pooling": "{{pooling}}", "batching": "padded", "batch_max": 8 """));
        using var encoder = plugIn.Load();
        var embeddings = new float[6];
        encoder.Encode(["a b", "a b c c c c c", "a b"], embeddings);
        Assert.Equal([first, second], embeddings[..2]);
        Assert.Equal(embeddings[..2], embeddings[4..]);
    }

    [Fact]
    public void A_projection_is_multiplied_after_pooling()
    {
        float[] matrix = [1, 0, 2, 0, 1, -1];
        using var plugIn = new PlugIn()
            .File("vocab.txt", System.Text.Encoding.UTF8.GetBytes(Words))
            .File("text.onnx", Rows())
            .File("matrix.bin", [.. matrix.SelectMany(BitConverter.GetBytes)]);
        var checksum = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. matrix.SelectMany(BitConverter.GetBytes)]));
        plugIn.Manifest(Text($$""" "pooling": "mean", "projection": { "file": "matrix.bin", "sha256": "{{checksum}}", "rows": 2, "columns": 3 } """, dimension: 3));
        using var encoder = plugIn.Load();
        var embedding = new float[3];
        encoder.Encode(["a b"], embedding);
        Assert.Equal([3.5f, 6.5f, 0.5f], embedding);
    }

    [Fact]
    public void Two_towers_of_one_space_are_averaged_and_each_answers_alone()
    {
        using var plugIn = TwoTowers("""{ "kind": "mean", "text_weight": 0.25 }""", 3);
        using var encoder = plugIn.Load();
        using var red = Colour(4, 4, 255, 0, 0);
        var embeddings = new float[9];
        encoder.Encode([new EncoderInput("a"), new EncoderInput("a", red), new EncoderInput(null, red)], embeddings);
        // The text tower answers (1, 0, 0)·id of "a" scaled to 1; the image tower the mean colour, (255 − 0) / 255.
        Assert.Equal([1f, 0, 0], embeddings[..3]);
        Assert.Equal([1f, 0, 0], embeddings[6..]);
        using var blue = Colour(4, 4, 0, 0, 255);
        encoder.Encode([new EncoderInput("a", blue), new EncoderInput("a"), new EncoderInput("a")], embeddings);
        Assert.Equal([0.25f / MathF.Sqrt(0.625f), 0, 0.75f / MathF.Sqrt(0.625f)], embeddings[..3], (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void A_fusion_graph_is_told_what_is_missing()
    {
        using var plugIn = TwoTowers("""{ "kind": "graph", "model": "@fusion.onnx" }""", 2);
        using var encoder = plugIn.Load();
        using var red = Colour(2, 2, 255, 0, 0);
        var embeddings = new float[6];
        encoder.Encode([new EncoderInput("a"), new EncoderInput("a", red), new EncoderInput(null, red)], embeddings);
        // The graph answers what is present.
        Assert.Equal([1f, 0, MathF.Sqrt(0.5f), MathF.Sqrt(0.5f), 0, 1], embeddings, (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Files_that_do_not_fit_the_manifest_are_refused_with_every_difference()
    {
        using var plugIn = new PlugIn()
            .File("vocab.txt", System.Text.Encoding.UTF8.GetBytes(Words))
            .File("text.onnx", Rows())
            .File("image.onnx", MeanColour(2))
            .File("fusion.onnx", Present())
            .Manifest("""
                { "format_version": 2, "encoder_version": "t", "trained": false, "dimension": 2, "normalise": false,
                  "text": { "model": "@text.onnx", "tokenizer": { "kind": "wordpiece", "vocabulary": "@vocab.txt", "lowercase": true, "max_tokens": 16 },
                            "inputs": { "ids": "ids", "mask": "mask" }, "output": "rows" },
                  "image": { "model": "@image.onnx", "input": "image", "output": "colour", "width": 3, "height": 3, "resize": "stretch", "mean": [0, 0, 0], "std": [1, 1, 1] },
                  "fusion": { "kind": "graph", "model": "@fusion.onnx" } }
                """);
        var message = plugIn.LoadError();
        Assert.All(
            ["text.inputs is 'ids, mask', but the model's inputs are: ids.", "with pooling 'none' it must be [batch, width]", "image.input: the model's 'image' is Single [-1, 3, 2, 2]; the manifest makes Single [batch, 3, 3, 3]."],
            expected => Assert.Contains(expected, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_whose_results_depend_on_their_neighbours_is_refused_when_it_is_to_be_batched()
    {
        // The mean of the whole batch is added to every row: as a model does that quantises its activations as it runs.
        using var plugIn = new PlugIn().File("vocab.txt", System.Text.Encoding.UTF8.GetBytes(Words)).File("text.onnx", new OnnxModel()
            .Input("ids", OnnxModel.Int64, "batch", "tokens")
            .Floats("table", [7, 2], [.. Enumerable.Range(0, 7).SelectMany(i => new float[] { i, i * i })])
            .Node("Gather", ["table", "ids"], ["own"], attributes: ("axis", 0))
            .Node("ReduceMean", ["own"], ["all"], attributes: ("keepdims", 0))
            .Node("Add", ["own", "all"], ["rows"])
            .Output("rows", OnnxModel.Float, "batch", "tokens", 2))
            .Manifest(Text(""" "pooling": "mean", "batching": "padded", "batch_max": 8 """));
        Assert.Contains("text.batch_max is 8, but probe", plugIn.LoadError(), StringComparison.Ordinal);
    }

    private static PlugIn TwoTowers(string fusion, int dimension) => new PlugIn()
        .File("vocab.txt", System.Text.Encoding.UTF8.GetBytes(Words))
        .File("text.onnx", new OnnxModel()
            .Input("ids", OnnxModel.Int32, "batch", "tokens")
            .Floats("table", [7, 3], [.. Enumerable.Range(0, 7).SelectMany(i => new float[] { i, 0, 0 })])
            .Node("Gather", ["table", "ids"], ["rows"], attributes: ("axis", 0))
            .Output("rows", OnnxModel.Float, "batch", "tokens", 3))
        .File("image.onnx", MeanColour(2))
        .File("fusion.onnx", Present())
        .Manifest($$"""
            { "format_version": 2, "encoder_version": "two", "trained": false, "dimension": {{dimension}}, "normalise": true,
              "text": { "model": "@text.onnx", "tokenizer": { "kind": "wordpiece", "vocabulary": "@vocab.txt", "lowercase": true, "max_tokens": 16, "pad_to": 16 },
                        "inputs": { "ids": "ids" }, "output": "rows", "pooling": "max", "normalise": true, "batching": "padded", "batch_max": 4 },
              "image": { "model": "@image.onnx", "input": "image", "output": "colour", "width": 2, "height": 2, "resize": "stretch",
                         "mean": [0, 0, 0], "std": [255, 255, 255], "normalise": true },
              "fusion": {{fusion}} }
            """);

    private static string Text(string fields, int dimension = 2) => $$"""
        { "format_version": 2, "encoder_version": "t", "trained": false, "dimension": {{dimension}}, "normalise": false,
          "text": { "model": "@text.onnx", "tokenizer": { "kind": "wordpiece", "vocabulary": "@vocab.txt", "lowercase": true, "max_tokens": 16 },
                    "inputs": { "ids": "ids" }, "output": "rows", {{fields}} } }
        """;

    private static OnnxModel Rows() => new OnnxModel()
        .Input("ids", OnnxModel.Int64, "batch", "tokens")
        .Floats("table", [7, 2], [.. Enumerable.Range(0, 7).SelectMany(i => new float[] { i, 10 - i })])
        .Node("Gather", ["table", "ids"], ["rows"], attributes: ("axis", 0))
        .Output("rows", OnnxModel.Float, "batch", "tokens", 2);

    private static OnnxModel MeanColour(int size) => new OnnxModel()
        .Input("image", OnnxModel.Float, "batch", 3, size, size)
        .Node("ReduceMean", ["image"], ["colour"], attributes: [("axes", new long[] { 2, 3 }), ("keepdims", 0)])
        .Output("colour", OnnxModel.Float, "batch", 3);

    // Uses all three inputs, since a graph without one of them would lose it.
    private static OnnxModel Present() => new OnnxModel()
        .Input("text", OnnxModel.Float, "batch", 3).Input("image", OnnxModel.Float, "batch", 3).Input("present", OnnxModel.Float, "batch", 2)
        .Floats("nothing", [3, 2], new float[6])
        .Node("MatMul", ["text", "nothing"], ["no_text"])
        .Node("MatMul", ["image", "nothing"], ["no_image"])
        .Node("Add", ["present", "no_text"], ["partly"])
        .Node("Add", ["partly", "no_image"], ["embedding"])
        .Output("embedding", OnnxModel.Float, "batch", 2);

    private static DecodedImage Colour(int width, int height, byte red, byte green, byte blue) =>
        DecodedImage.Copy(width, height, [.. Enumerable.Repeat(new[] { red, green, blue }, width * height).SelectMany(pixel => pixel)]);
}
