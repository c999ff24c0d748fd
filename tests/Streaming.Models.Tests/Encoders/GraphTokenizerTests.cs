using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests.Encoders;

/// <summary>Tokenizers that are graphs with operators of onnxruntime-extensions.</summary>
public sealed class GraphTokenizerTests
{
    private static readonly string[] Words =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "run", "##ning", "shoe", "##s", "red", "r", "##e", "##d", "s", "##h", "##o", "20", "%", "!", ",", "don", "'", "t", "cafe",
        "ru", "##n", "un", "##a", "##ff", "##able", "中", "文",
    ];

    // The characters that CLIP's vocabulary has for "a red shoe", its end-of-word forms, and two merges.
    private const string ClipVocabulary =
        """{"a": 0, "r": 1, "e": 2, "d": 3, "s": 4, "h": 5, "o": 6, "a</w>": 7, "d</w>": 8, "e</w>": 9, "re": 10, "red</w>": 11, "sh": 12, "<|startoftext|>": 13, "<|endoftext|>": 14}""";

    private const string ClipMerges = "#version: 0.2\nr e\nre d</w>\ns h";

    [Fact]
    public void Berts_operator_gives_the_ids_of_the_word_piece_tokenizer()
    {
        using var graph = Bert();
        using var own = WordPiece();
        using var byGraph = graph.Load();
        using var byVocabulary = own.Load();
        string[] samples = ["running shoes, 20% !", "RED café", "don't", "unaffable 中文 shoe", "", "   ", "xyz red", "red\tshoe\nrun", "shoes shoes shoes shoes shoes shoes shoes"];
        Assert.All(samples, text => Assert.Equal(byVocabulary.Tokenize(text)!, byGraph.Tokenize(text)!));
        Prop.ForAll(Gen.Elements(Words[5..]).ListOf().Select(words => string.Join(' ', words).Replace("##", "", StringComparison.Ordinal)).ToArbitrary(), text => byVocabulary.Tokenize(text)!.SequenceEqual(byGraph.Tokenize(text)!))
            .QuickCheckThrowOnFailure(seed: 20260104);
    }

    [Fact]
    public void A_cut_text_keeps_its_end_token()
    {
        using var graph = Bert();
        using var encoder = graph.Load();
        var ids = encoder.Tokenize("red red red red red red red red red red red red red red")!;
        Assert.Equal(12, ids.Length);
        Assert.Equal(3, ids[^1]);
    }

    [Fact]
    public void Clips_byte_pairs_are_merged_by_the_operator()
    {
        using var plugIn = Encoder(
            15,
            """{ "kind": "graph", "model": "@tokenizer.onnx", "input": "text", "output": "ids", "max_tokens": 8, "pad_to": 8, "pad_id": 14, "end_id": 14 }""",
            "tokenizer.onnx",
            new OnnxModel()
                .Input("text", OnnxModel.String, 1)
                .Node("CLIPTokenizer", ["text"], ["ids", "mask"], "ai.onnx.contrib", ("vocab", ClipVocabulary), ("merges", ClipMerges), ("padding_length", -1))
                .Output("ids", OnnxModel.Int64, "texts", "tokens")
                .Build());
        using var encoder = plugIn.Load();
        Assert.Equal([13L, 11, 12, 6, 9, 14], encoder.Tokenize("Red shoe")!);
    }

    private static string Manifest(string tokenizer) => "{ \"format_version\": 2, \"encoder_version\": \"t\", \"trained\": false, \"dimension\": 2, \"normalise\": false, \"text\": { \"model\": \"@model.onnx\", \"tokenizer\": "
        + tokenizer + ", \"inputs\": { \"ids\": \"ids\" }, \"output\": \"rows\", \"pooling\": \"mean\" } }";

    // A model of any vocabulary: the row of token i is (i, 1).
    private static PlugIn Encoder(int vocabulary, string tokenizer, string file, byte[] content) => new PlugIn()
        .File(file, content)
        .File("model.onnx", new OnnxModel()
            .Input("ids", OnnxModel.Int64, "batch", "tokens")
            .Floats("table", [vocabulary, 2], [.. Enumerable.Range(0, vocabulary).SelectMany(i => new float[] { i, 1 })])
            .Node("Gather", ["table", "ids"], ["rows"], attributes: ("axis", 0))
            .Output("rows", OnnxModel.Float, "batch", "tokens", 2))
        .Manifest(Manifest(tokenizer));

    private static PlugIn Bert() => Encoder(
        Words.Length,
        """{ "kind": "graph", "model": "@tokenizer.onnx", "input": "text", "output": "ids", "max_tokens": 12, "end_id": 3 }""",
        "tokenizer.onnx",
        new OnnxModel()
            .Input("text", OnnxModel.String, 1)
            .Node("BertTokenizer", ["text"], ["ids", "types", "mask"], "ai.onnx.contrib", ("vocab_file", string.Join('\n', Words)), ("strip_accents", 1))
            .Output("ids", OnnxModel.Int64, "tokens")
            .Build());

    private static PlugIn WordPiece() => Encoder(
        Words.Length,
        """{ "kind": "wordpiece", "vocabulary": "@vocab.txt", "lowercase": true, "max_tokens": 12 }""",
        "vocab.txt",
        System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Words) + "\n"));
}
