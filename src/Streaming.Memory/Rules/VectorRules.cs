using System.Globalization;
using System.Numerics.Tensors;

namespace Streaming.Memory.Rules;

/// <summary>What a vector or a query must satisfy before it may meet a namespace.</summary>
public static class VectorRules
{
    /// <summary>
    /// The first broken rule of <paramref name="vector"/>, or null. Rules: the namespace's dimension, every number finite, a norm
    /// that float32 can hold (so that no score is ever NaN), numbers that the namespace's format can hold, and under <see cref="Metric.Cosine"/> a norm above 0.
    /// </summary>
    /// <param name="vector">As it came; an empty one has the wrong dimension (a fact without a vector is not checked here).</param>
    /// <param name="options">The namespace's options: dimension and metric.</param>
    /// <param name="field">What the vector is called in the violation.</param>
    public static MemoryViolation? Check(ReadOnlySpan<float> vector, NamespaceOptions options, string field = "vector")
    {
        if (vector.Length != options.Dimension)
            return new($"{field}.length", Text(vector.Length), $"the namespace's dimension, {options.Dimension}");

        // Any NaN or infinity makes the sum of squares NaN or infinite, so a finite sum clears every number at once.
        float norm = TensorPrimitives.Norm(vector);
        if (!float.IsFinite(norm))
            return FirstNotFinite(vector, field) ?? new($"{field}.norm", Text(norm), "a sum of squares that float32 can hold");
        if (options.Format == VectorFormat.HalfPrecision && TensorPrimitives.MaxMagnitude(vector) is var largest && MathF.Abs(largest) > (float)Half.MaxValue)
            return new($"{field}[{TensorPrimitives.IndexOfMaxMagnitude(vector)}]", Text(largest), "at most 65504 in magnitude, in half precision");
        if (norm == 0f && options.Metric == Metric.Cosine)
            return new($"{field}.norm", Text(norm), "above 0 under the cosine metric");
        return null;
    }

    private static MemoryViolation? FirstNotFinite(ReadOnlySpan<float> vector, string field)
    {
        for (int i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
                return new($"{field}[{i}]", Text(vector[i]), "finite");
        }
        return null;
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
