namespace Streaming.Models.Weights;

/// <summary>A named float32 tensor, immutable, row-major (the last axis varies fastest).</summary>
public sealed class WeightTensor
{
    private readonly int[] _shape;
    private readonly float[] _values;

    /// <summary>Creates a tensor; the shape and the values are copied.</summary>
    /// <param name="name">Its name in the weights file.</param>
    /// <param name="shape">Length of each axis; empty for a scalar.</param>
    /// <param name="values">As many values as the shape has cells.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the shape: a bug in the caller.</exception>
    public WeightTensor(string name, ReadOnlySpan<int> shape, ReadOnlySpan<float> values)
    {
        long cells = 1;
        foreach (var length in shape) cells = checked(cells * length);
        if (cells != values.Length)
            throw new ArgumentException($"Tensor '{name}' of shape {Describe(shape)} has {cells} cells but {values.Length} values were given.");
        Name = name;
        _shape = shape.ToArray();
        _values = values.ToArray();
    }

    /// <summary>Its name in the weights file.</summary>
    public string Name { get; }

    /// <summary>Length of each axis.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>All values, row-major.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>A shape as text: <c>[64, 256]</c>.</summary>
    public static string Describe(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
