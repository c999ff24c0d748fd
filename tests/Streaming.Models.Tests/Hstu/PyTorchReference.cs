using System.Text.Json;
using Streaming.Models.Hstu;
using Streaming.Models.Weights;

namespace Streaming.Models.Tests.Hstu;

/// <summary>One folder of <c>references</c>: a model, its input tokens and what PyTorch made of them in float64.</summary>
/// <param name="Model">The model.</param>
/// <param name="Tokens">The events of one user, oldest first.</param>
/// <param name="Rows">[layers + 1][tokens][width]: what <see cref="FullRecompute.Layers"/> must give.</param>
/// <param name="Embeddings">[tokens][output width]: the embedding right after each event, from the events up to it alone.</param>
internal sealed record PyTorchReference(HstuModel Model, HstuToken[] Tokens, double[][][] Rows, double[][] Embeddings)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static string Folder => Path.Combine(RepositoryFiles.Root, "tests", "Streaming.Models.Tests", "Hstu", "references");

    public static PyTorchReference Load(string name)
    {
        var directory = Path.Combine(Folder, name);
        var model = HstuModel.Load(directory);
        var expected = Safetensors.Read(File.ReadAllBytes(Path.Combine(directory, "expected.safetensors")));
        var tokens = JsonSerializer.Deserialize<Token[]>(File.ReadAllBytes(Path.Combine(directory, "tokens.json")), Json)!;
        var contents = RowsOf(expected["contents"]);
        return new(
            model,
            [.. tokens.Select((token, i) => new HstuToken(token.Known ? contents[i] : default(ReadOnlyMemory<float>), token.Action, token.EventTimeSeconds))],
            [.. Enumerable.Range(0, model.Config.Layers + 1).Select(layer => ToDouble(RowsOf(expected[$"rows.{layer}"])))],
            ToDouble(RowsOf(expected["embeddings"])));
    }

    /// <summary>Texts and their embeddings by models/encoder-hashed-1, as training computes them.</summary>
    public static IEnumerable<(string Text, double[] Embedding)> TextEmbeddings() =>
        JsonSerializer.Deserialize<TextEmbedding[]>(File.ReadAllBytes(Path.Combine(Folder, "text-encoder.json")), Json)!.Select(item => (item.Text, item.Embedding));

    private static float[][] RowsOf(WeightTensor tensor) => tensor.Values.ToArray().Chunk(tensor.Shape[1]).ToArray();

    private static double[][] ToDouble(float[][] rows) => Array.ConvertAll(rows, row => Array.ConvertAll(row, value => (double)value));

    private sealed record TextEmbedding(string Text, double[] Embedding);

    private sealed record Token(bool Known, int Action, long EventTimeSeconds);
}
