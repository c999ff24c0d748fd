using System.Numerics.Tensors;
using Streaming.Core.Contracts;
using Streaming.Models.Encoders;
using Streaming.Models.Weights;

namespace Streaming.Server.Accuracy;

/// <summary>The vector of each item: the content of its tokens, and its place among the user embeddings. L2-normalised, immutable.</summary>
public sealed class ItemVectors
{
    /// <summary>In a model's folder: the tensor <c>items</c> [n, width], where no text encoder makes the vectors.</summary>
    public const string VectorsFile = "items.safetensors";

    /// <summary>Beside it: the creative ID of each row, one a line.</summary>
    public const string IdsFile = "items.txt";

    private readonly float[] _rows;

    /// <param name="rows">[items, <paramref name="width"/>]; owned from now on.</param>
    /// <param name="width">Floats of a vector.</param>
    public ItemVectors(float[] rows, int width) => (_rows, Width) = (rows, width);

    /// <summary>Floats of a vector.</summary>
    public int Width { get; }

    /// <summary>How many there are.</summary>
    public int Count => _rows.Length / Width;

    /// <summary>An item's vector.</summary>
    public ReadOnlyMemory<float> this[int item] => _rows.AsMemory(item * Width, Width);

    /// <summary>Encodes creatives as the platform's creatives role does.</summary>
    public static ItemVectors Encode(IReadOnlyList<Creative> creatives, CreativeEncoder encoder, CancellationToken cancellationToken)
    {
        float[] rows = new float[creatives.Count * encoder.Dimension];
        for (int i = 0; i < creatives.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            encoder.Encode([CreativeTextComposer.Compose(creatives[i])], rows.AsSpan(i * encoder.Dimension, encoder.Dimension));
        }

        return new(rows, encoder.Dimension);
    }

    /// <summary>Whether a model's folder brings its creatives' vectors.</summary>
    public static bool AreIn(string modelFolder) => File.Exists(Path.Combine(modelFolder, VectorsFile));

    /// <summary>Reads the vectors that a model's folder brings, in the order of <paramref name="creatives"/>.</summary>
    /// <exception cref="ModelFormatException">A file is missing or damaged, a creative has no vector: the model is not of this data set.</exception>
    public static ItemVectors Load(string modelFolder, IReadOnlyList<Creative> creatives)
    {
        string path = Path.Combine(modelFolder, VectorsFile), idsPath = Path.Combine(modelFolder, IdsFile);
        if (!File.Exists(idsPath))
            throw new ModelFormatException($"'{idsPath}' does not exist.");
        string[] ids = File.ReadAllLines(idsPath);
        if (!Safetensors.Read(File.ReadAllBytes(path)).TryGetValue("items", out WeightTensor? tensor) || tensor.Shape.Length != 2 || tensor.Shape[0] != ids.Length)
            throw new ModelFormatException($"'{path}' must hold a tensor 'items' of two axes with a row for each of the {ids.Length} lines of {IdsFile}.");
        int width = tensor.Shape[1];
        Dictionary<string, int> rowOf = ids.Select((id, row) => (id, row)).ToDictionary(pair => pair.id, pair => pair.row, StringComparer.Ordinal);
        float[] rows = new float[creatives.Count * width];
        for (int i = 0; i < creatives.Count; i++)
        {
            if (!rowOf.TryGetValue(creatives[i].CreativeId, out int row))
                throw new ModelFormatException($"'{idsPath}' does not name {creatives[i].CreativeId}.");
            tensor.Values.Slice(row * width, width).CopyTo(rows.AsSpan(i * width));
        }

        return new(rows, width);
    }

    /// <summary>The dot product of a vector with every item's. Equal items get equal scores: each one is a sum of its own, in the same order.</summary>
    public void Score(ReadOnlySpan<float> vector, Span<float> scores)
    {
        for (int item = 0; item < scores.Length; item++)
            scores[item] = TensorPrimitives.Dot(vector, _rows.AsSpan(item * Width, Width));
    }
}
