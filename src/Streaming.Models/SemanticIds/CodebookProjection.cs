using Streaming.Models.SemanticIds.Assignment;

namespace Streaming.Models.SemanticIds;

/// <summary>A small network before the first layer of a codebook, as RQ-VAE and R3-VAE train it: affine layers with ReLU between them. Immutable.</summary>
/// <remarks>Sums go over the inputs in order, unfused: the same bits at every register width.</remarks>
public sealed class CodebookProjection
{
    /// <summary>Most affine layers.</summary>
    public const int MaxLayers = 8;

    private readonly float[][] _weights;
    private readonly float[][] _biases;
    private readonly ProjectionLayer[] _layers;

    /// <param name="layers">1 to 8 layers: weights, outputs × inputs row-major, and a bias for each output. Copied.</param>
    /// <exception cref="ArgumentException">A layer does not fit the one before it, is wider than 4,096, or holds a number that is not finite.</exception>
    public CodebookProjection(IReadOnlyList<(float[] Weights, float[] Biases)> layers)
    {
        if (layers.Count is < 1 or > MaxLayers)
            throw new ArgumentException($"{layers.Count} projection layers; there must be 1 to {MaxLayers}.", nameof(layers));
        for (var i = 0; i < layers.Count; i++)
            Check(layers, i);
        _weights = [.. layers.Select(layer => (float[])layer.Weights.Clone())];
        _biases = [.. layers.Select(layer => (float[])layer.Biases.Clone())];
        _layers = [.. layers.Select(layer => new ProjectionLayer(layer.Weights, layer.Biases))];
        WidestOutput = _layers.Max(layer => layer.PaddedOutputs);
    }

    /// <summary>Numbers that go in: an embedding.</summary>
    public int Inputs => _layers[0].Inputs;

    /// <summary>Numbers that come out: a centroid.</summary>
    public int Outputs => _layers[^1].Outputs;

    /// <summary>How many affine layers there are.</summary>
    public int Layers => _layers.Length;

    internal int WidestOutput { get; }

    /// <summary>Outputs × inputs of a layer, row-major.</summary>
    public ReadOnlySpan<float> Weights(int layer) => _weights[layer];

    /// <summary>One number for each output of a layer.</summary>
    public ReadOnlySpan<float> Biases(int layer) => _biases[layer];

    /// <param name="embedding"><see cref="Inputs"/> numbers.</param>
    /// <param name="output">Receives <see cref="Outputs"/> numbers.</param>
    /// <param name="kernels">Of a register width.</param>
    internal void Apply(ReadOnlySpan<float> embedding, Span<float> output, SimdKernels kernels)
    {
        Span<float> input = stackalloc float[WidestOutput], sums = stackalloc float[WidestOutput]; // at most 16 KiB each
        _layers[0].Apply(embedding, sums, kernels);
        for (var i = 1; i < _layers.Length; i++)
        {
            Rectify(sums);
            sums.CopyTo(input);
            _layers[i].Apply(input, sums, kernels);
        }
        sums[..Outputs].CopyTo(output);
    }

    private static void Rectify(Span<float> values)
    {
        foreach (ref var value in values)
            value = value < 0 ? 0 : value; // a NaN stays one, and is refused by its distance
    }

    private static void Check(IReadOnlyList<(float[] Weights, float[] Biases)> layers, int i)
    {
        var (weights, biases) = layers[i];
        var inputs = i == 0 ? biases.Length == 0 ? 0 : weights.Length / biases.Length : layers[i - 1].Biases.Length;
        if (biases.Length is < 1 or > CodebookInfo.MaxDimension || inputs is < 1 or > CodebookInfo.MaxDimension)
            throw new ArgumentException($"Projection layer {i} is {biases.Length} × {inputs}; both must be 1 to {CodebookInfo.MaxDimension}.", nameof(layers));
        if (weights.Length != biases.Length * inputs)
            throw new ArgumentException($"Projection layer {i} has {weights.Length} weights; {biases.Length} outputs of {inputs} inputs need {biases.Length * inputs}.", nameof(layers));
        if (!weights.All(float.IsFinite) || !biases.All(float.IsFinite))
            throw new ArgumentException($"Projection layer {i} holds a number that is not finite.", nameof(layers));
    }
}
