using Streaming.Models.Weights;

namespace Streaming.Models.Hstu;

/// <summary>What a model's tensors must be for its configuration.</summary>
internal static class HstuTensorRules
{
    public static void Require(HstuConfig config, IReadOnlyDictionary<string, WeightTensor> tensors)
    {
        var expected = HstuTensors.Shapes(config).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, shape) in expected)
        {
            if (!tensors.TryGetValue(name, out var tensor))
                throw new ModelFormatException($"Tensor '{name}' is missing; expected shape {WeightTensor.Describe(shape)}.");
            if (!tensor.Shape.SequenceEqual(shape))
                throw new ModelFormatException($"Tensor '{name}' has shape {WeightTensor.Describe(tensor.Shape)}; expected {WeightTensor.Describe(shape)}.");
            RequireFinite(tensor);
        }
        foreach (var name in tensors.Keys)
            if (!expected.ContainsKey(name)) throw new ModelFormatException($"Tensor '{name}' is not one of this model's.");
    }

    private static void RequireFinite(WeightTensor tensor)
    {
        for (var i = 0; i < tensor.Values.Length; i++)
        {
            if (!float.IsFinite(tensor.Values[i]))
                throw new ModelFormatException($"Tensor '{tensor.Name}' holds {tensor.Values[i]} at index {i}; every weight must be finite.");
        }
    }
}
