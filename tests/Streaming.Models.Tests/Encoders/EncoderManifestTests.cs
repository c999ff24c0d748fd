using System.Text.Json.Nodes;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests.Encoders;

public sealed class EncoderManifestTests
{
    [Fact]
    public void Default_manifest_is_valid() => Assert.Empty(EncoderManifest.Load(RepositoryFiles.HashedEncoder).Validate());

    [Fact]
    public void Every_violation_is_reported_with_its_value()
    {
        var message = LoadError("""
            { "format_version": 1, "model": { "file": "../encoder.onnx", "sha256": "beef" }, "dimension": 0,
              "tokenizer": { "kind": "hashed-ngrams", "buckets": 3, "word_buckets": 0, "word_ngrams": 9, "char_ngram_min": 0, "char_ngram_max": 17, "max_tokens": 0 } }
            """);
        Assert.All(
            [
                "encoder_version is missing", "trained is missing", "model.file is '../encoder.onnx'", "model.sha256 is 'beef'",
                "tokenizer.buckets is 3", "tokenizer.word_buckets is 0", "tokenizer.word_ngrams is 9",
                "tokenizer.char_ngram_min is 0", "tokenizer.char_ngram_max is 17", "tokenizer.lowercase is missing", "tokenizer.max_tokens is 0",
                "input is missing", "output is missing", "dimension is 0", "normalise is missing", "15 violation(s)",
            ],
            expected => Assert.Contains(expected, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}", "6 violation(s)")]
    [InlineData("""{"format_version": 1}""", "8 violation(s)")]
    [InlineData("""{"format_version": 3}""", "format_version is 3; this program reads 1 and 2.")]
    [InlineData("""{"format_version": 1, "tokenizer": {"kind": "wordpiece"}}""", "tokenizer.kind is 'wordpiece'; format 1 knows 'hashed-ngrams' only.")]
    [InlineData("null", "null")]
    [InlineData("not json", "not a manifest")]
    [InlineData("""{"dimensoin": 32}""", "dimensoin")]
    public void Broken_manifest_is_refused_with_its_reason(string json, string reason) =>
        Assert.Contains(reason, LoadError(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("word_buckets", 8190, "leave 3 of 8192")]
    [InlineData("char_ngram_max", 2, "char_ngram_max is 2")]
    public void Numbers_of_the_tokenizer_must_fit_each_other(string field, int value, string reason)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.HashedEncoder, "manifest.json")))!;
        manifest["tokenizer"]![field] = value;
        Assert.Contains(reason, LoadError(manifest.ToJsonString()), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_violation_of_a_two_tower_manifest_is_reported_with_its_value()
    {
        var message = LoadError("""
            { "format_version": 2, "encoder_version": "x", "trained": true, "dimension": 512, "normalise": true,
              "text": { "model": { "file": "a/b", "sha256": "1" }, "tokenizer": { "kind": "wordpiece", "buckets": 4, "max_tokens": 2, "pad_to": 7 },
                        "inputs": { "text": "t" }, "pooling": "sum", "batching": "alone", "batch_max": 2, "projection": { "file": "p", "sha256": "2", "rows": 0 } },
              "image": { "model": { "file": "i", "sha256": "3" }, "input": "x", "output": "y", "resize": "zoom", "width": 0, "height": 5000, "shortest_side": 3, "filter": "magic",
                         "channels": "rgba", "layout": "chw", "mean": [1], "std": [1, 0, 1], "pad_colour": [0, 0, -1], "batching": "padded", "batch_max": 2000 },
              "fusion": { "kind": "sum", "text_weight": 2, "model": { "file": "f", "sha256": "4" } }, "input": "ids" }
            """);
        Assert.All(
            [
                "text.model.file is 'a/b'", "text.tokenizer.vocabulary is missing", "text.tokenizer.lowercase is missing", "text.tokenizer.max_tokens is 2", "text.tokenizer.pad_to is 7",
                "text.tokenizer.buckets does not apply", "text.inputs is {ids: '', text: 't'}", "text.output is missing", "text.pooling is 'sum'", "text.batch_max is 2",
                "text.projection.rows is 0", "text.projection.columns is missing", "image.model.sha256 is '3'", "image.resize is 'zoom'", "image.width is 0", "image.height is 5000",
                "image.shortest_side is 3", "image.filter is 'magic'", "image.channels is 'rgba'", "image.layout is 'chw'", "image.mean is [1]", "image.std is [1, 0, 1]",
                "image.pad_colour is [0, 0, -1]", "image.batching is 'padded'", "image.batch_max is 2000", "fusion.kind is 'sum'", "fusion.text_weight is 2", "fusion.model belongs to kind 'graph'",
                "input and output at the top belong to format 1",
            ],
            expected => Assert.Contains(expected, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_manifest_of_format_1_is_read_as_a_text_tower()
    {
        using var encoder = CreativeEncoder.Load(RepositoryFiles.HashedEncoder);
        Assert.Equal(1, encoder.Manifest.FormatVersion);
        Assert.True(encoder.ReadsText && !encoder.ReadsImages);
        Assert.Equal("hashed-ngrams-1", encoder.Version);
    }

    private static string LoadError(string json)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("manifest.json"), json);
        return Assert.Throws<InvalidDataException>(() => EncoderManifest.Load(directory.Path)).Message;
    }
}
