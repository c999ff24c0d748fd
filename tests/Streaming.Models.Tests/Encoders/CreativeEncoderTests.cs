using System.Numerics.Tensors;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Streaming.Models.Encoders;

namespace Streaming.Models.Tests.Encoders;

public sealed class CreativeEncoderTests(CreativeEncoderTests.HashedEncoder fixture) : IClassFixture<CreativeEncoderTests.HashedEncoder>
{
    private readonly CreativeEncoder _encoder = fixture.Encoder;

    [Fact]
    public void Hashed_encoder_says_that_it_is_untrained()
    {
        Assert.False(_encoder.Manifest.Trained);
        Assert.Equal(32, _encoder.Dimension);
        Assert.Equal("hashed-ngrams-1", _encoder.Version);
    }

    [Fact]
    public void Embedding_is_the_same_bits_alone_and_in_any_batch()
    {
        Prop.ForAll<string[]>(batch => Holds([.. batch.Select(text => text ?? ""), "Red running shoes", ""]))
            .QuickCheckThrowOnFailure(seed: 20260102);

        bool Holds(string[] batch)
        {
            var together = Encode(batch);
            return batch.Select((text, i) => Encode(text).AsSpan().SequenceEqual(together.AsSpan(i * 32, 32))).All(same => same);
        }
    }

    [Fact]
    public void Embedding_is_the_same_bits_from_many_threads()
    {
        var texts = Enumerable.Range(0, 200).Select(i => $"Product number {i} {new string('a', i % 37)}").ToArray();
        var expected = Encode(texts);

        Parallel.For(0, texts.Length, i => Assert.Equal(expected[(i * 32)..(i * 32 + 32)], Encode(texts[i])));
    }

    [Fact]
    public void Embedding_has_norm_one_for_any_text()
    {
        Prop.ForAll<string>(text => MathF.Abs(TensorPrimitives.Norm<float>(Encode(text ?? "")) - 1) < 1e-5f)
            .QuickCheckThrowOnFailure(seed: 20260103);
    }

    [Fact]
    public void Texts_without_words_share_the_no_text_embedding()
    {
        var noText = Encode("");
        Assert.All(noText, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(noText, Encode(" !? "));
        Assert.NotEqual(noText, Encode("text"));
    }

    [Fact]
    public void No_texts_need_no_room() => _encoder.Encode(Array.Empty<string>(), []);

    [Fact]
    public void Wrong_room_is_refused() => Assert.Throws<ArgumentException>(() => _encoder.Encode(["a"], new float[33]));

    [Theory]
    [InlineData("Stainless steel hex nipple, 1 inch NPT", "Brass hex nipple 1 inch NPT male", "Toy Story (1995) Adventure Animation Children")]
    [InlineData("Running shoes for men, lightweight", "Lightweight men's running shoe", "Industrial vacuum pump oil, 1 gallon")]
    [InlineData("Play the new puzzle game now", "New puzzle games: play today", "Fixed-rate mortgage from a local bank")]
    [InlineData("Heavy duty staples 1/2 inch", "Narrow crown staple, heavy duty, 1/2 in", "Organic green tea, 20 bags")]
    [InlineData("Flüge nach München ab Berlin", "Flug von Berlin nach Munchen", "Steel file card for rasps")]
    [InlineData("Wireless bluetooth headphones", "Bluetooth headphone, wireless, over-ear", "Wooden dining table for six")]
    public void Similar_titles_are_nearer_than_unrelated_ones(string title, string similar, string unrelated)
    {
        var (a, b, c) = (Encode(title), Encode(similar), Encode(unrelated));
        var (near, far) = (TensorPrimitives.Dot<float>(a, b), TensorPrimitives.Dot<float>(a, c));
        Assert.True(near > far + 0.1f, $"cosine to the similar title {near}, to the unrelated one {far}");
    }

    [Fact]
    public void Embedding_equals_the_sum_of_the_table_rows()
    {
        // The graph by hand, from the tensors in the file: sum of rows / sqrt(count) · projection, normalised.
        var (table, projection) = OnnxTensors.Read(Path.Combine(RepositoryFiles.HashedEncoder, "encoder.onnx"));
        var ids = new long[1024];
        var count = new HashedNgramTokenizer(_encoder.Manifest.Tokenizer!).Tokenize("Red ox on the hill", ids);
        var pooled = new double[32];
        foreach (var id in ids[..count])
        {
            for (var d = 0; d < 32; d++)
                pooled[d] += (double)table[id * 32 + d] / Math.Sqrt(count);
        }
        var projected = Enumerable.Range(0, 32).Select(column => Enumerable.Range(0, 32).Sum(row => pooled[row] * projection[row * 32 + column])).ToArray();
        var norm = Math.Sqrt(projected.Sum(value => value * value));

        var actual = Encode("Red ox on the hill");

        Assert.All(Enumerable.Range(0, 32), d => Assert.Equal(projected[d] / norm, actual[d], 1e-5));
    }

    [Fact]
    public void Model_with_another_checksum_is_refused()
    {
        using var directory = Copy();
        var bytes = File.ReadAllBytes(directory.File("encoder.onnx"));
        bytes[5000] ^= 1;
        File.WriteAllBytes(directory.File("encoder.onnx"), bytes);

        Assert.Contains("sha256", Assert.Throws<InvalidDataException>(() => CreativeEncoder.Load(directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_that_is_no_onnx_file_is_refused()
    {
        using var directory = Copy();
        byte[] junk = [1, 2, 3];
        File.WriteAllBytes(directory.File("encoder.onnx"), junk);
        Edit(directory, manifest => manifest["model"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(junk)));

        Assert.Contains("ONNX Runtime cannot load", Assert.Throws<InvalidDataException>(() => CreativeEncoder.Load(directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_that_does_not_fit_its_manifest_is_refused_with_every_difference()
    {
        using var directory = Copy();
        Edit(directory, manifest => (manifest["input"], manifest["dimension"]) = ("tokens", 64));

        var message = Assert.Throws<InvalidDataException>(() => CreativeEncoder.Load(directory.Path)).Message;

        Assert.Contains("text.inputs is 'tokens', but the model's inputs are: ids.", message, StringComparison.Ordinal);
        Assert.Contains("dimension is 64, but text makes 32 numbers.", message, StringComparison.Ordinal);
    }

    private float[] Encode(params string[] texts)
    {
        var embeddings = new float[texts.Length * 32];
        _encoder.Encode(texts, embeddings);
        return embeddings;
    }

    private static TemporaryDirectory Copy()
    {
        var directory = new TemporaryDirectory();
        foreach (var name in (string[])["manifest.json", "encoder.onnx"])
            File.Copy(Path.Combine(RepositoryFiles.HashedEncoder, name), directory.File(name));
        return directory;
    }

    private static void Edit(TemporaryDirectory directory, Action<JsonNode> edit)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(directory.File("manifest.json")))!;
        edit(manifest);
        File.WriteAllText(directory.File("manifest.json"), manifest.ToJsonString());
    }

    public sealed class HashedEncoder : IDisposable
    {
        public CreativeEncoder Encoder { get; } = CreativeEncoder.Load(RepositoryFiles.HashedEncoder);

        public void Dispose() => Encoder.Dispose();
    }
}
