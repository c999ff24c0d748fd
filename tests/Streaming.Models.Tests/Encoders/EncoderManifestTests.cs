using System.Text.Json.Nodes;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests.Encoders;

public sealed class EncoderManifestTests
{
    [Fact]
    public void Default_manifest_is_valid() => Assert.Empty(EncoderManifest.Load(RepositoryFiles.DefaultEncoder).Validate());

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
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.DefaultEncoder, "manifest.json")))!;
        manifest["tokenizer"]![field] = value;
        Assert.Contains(reason, LoadError(manifest.ToJsonString()), StringComparison.Ordinal);
    }

    private static string LoadError(string json)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("manifest.json"), json);
        return Assert.Throws<InvalidDataException>(() => EncoderManifest.Load(directory.Path)).Message;
    }
}
