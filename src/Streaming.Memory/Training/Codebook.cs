using System.Runtime.Intrinsics;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Training;

/// <summary>
/// What one epoch's lists are made by: a centroid a list, and four levels a dimension that a vector's residual (vector − centroid) is rounded to.
/// Two dimensions make a code of 4 bits; under <see cref="Metric.L2"/> two more codes carry |x|² − |c|². Immutable.
/// </summary>
/// <remarks>
/// The scan by 4-bit codes and table look-ups in registers follows André, Kermarrec and Le Scouarnec, "Cache locality is not enough" (VLDB 2015) and
/// ScaNN (Guo et al., ICML 2020); levels a dimension in place of learned pairs keep the coding of a new row at a few instructions.
/// </remarks>
internal sealed unsafe class Codebook
{
    /// <summary>Levels a dimension: 2 bits.</summary>
    public const int Levels = 4;

    /// <summary>Codes come in groups that fill two registers of 64 bytes.</summary>
    public const int CodeGroup = 8;

    private const int Lane = 16;
    private const int NormCodeRange = 255;

    private readonly float[] _transposed;
    private readonly float[] _halfSquares;

    public Codebook(Metric metric, int dimension, float[] centroids, float[] levels, float normLow, float normStep)
    {
        Metric = metric;
        Dimension = dimension;
        Lists = centroids.Length / dimension;
        Centroids = centroids;
        LevelValues = levels;
        NormLow = normLow;
        NormStep = normStep;
        Pairs = (dimension + 1) / 2;
        Codes = (Pairs + (HasNorm ? 2 : 0) + CodeGroup - 1) / CodeGroup * CodeGroup;
        (_transposed, _halfSquares) = Transpose(centroids, dimension, Lists);
    }

    public Metric Metric { get; }

    public int Dimension { get; }

    /// <summary>Centroids, and so posting lists.</summary>
    public int Lists { get; }

    /// <summary>Codes that carry two dimensions each.</summary>
    public int Pairs { get; }

    /// <summary>Codes an entry has, in all; a multiple of <see cref="CodeGroup"/>.</summary>
    public int Codes { get; }

    /// <summary>True when the two codes after the pairs carry |x|² − |c|², the high one first.</summary>
    public bool HasNorm => Metric == Metric.L2;

    /// <summary>[list][dimension].</summary>
    public float[] Centroids { get; }

    /// <summary>[dimension][4], ascending.</summary>
    public float[] LevelValues { get; }

    public float NormLow { get; }

    public float NormStep { get; }

    /// <summary>|centroid|² / 2 of a list.</summary>
    public float HalfSquare(int list) => _halfSquares[list];

    /// <summary>Centroid·vector for every list.</summary>
    /// <param name="vector">Dimension numbers.</param>
    /// <param name="dots">Lists rounded up to 16 numbers.</param>
    public void Dots(ReadOnlySpan<float> vector, Span<float> dots)
    {
        fixed (float* x = vector, blocks = _transposed, into = dots)
        {
            int groups = (Lists + Lane - 1) / Lane, group = 0;
            for (; group <= groups - 4; group += 4)
                DotsOf64(x, blocks + (long)group * Lane * Dimension, into + group * Lane);
            for (; group < groups; group++)
            {
                var sum = Vector512<float>.Zero;
                float* column = blocks + (long)group * Lane * Dimension;
                for (int d = 0; d < Dimension; d++, column += Lane)
                    sum = Vector512.FusedMultiplyAdd(Vector512.Create(x[d]), Vector512.Load(column), sum);
                sum.Store(into + group * Lane);
            }
        }
    }

    /// <summary>The list whose centroid is nearest by Euclidean distance.</summary>
    /// <param name="vector">Dimension numbers.</param>
    /// <param name="scratch">Lists rounded up to 16 numbers.</param>
    public int Nearest(ReadOnlySpan<float> vector, Span<float> scratch)
    {
        Dots(vector, scratch);
        Span<float> scores = scratch[.._halfSquares.Length];
        System.Numerics.Tensors.TensorPrimitives.Subtract(scores, _halfSquares, scores);
        return System.Numerics.Tensors.TensorPrimitives.IndexOfMax(scores[..Lists]);
    }

    /// <summary>The codes of a vector in a list.</summary>
    /// <param name="vector">Dimension numbers.</param>
    /// <param name="list">The list that the vector goes to.</param>
    /// <param name="codes"><see cref="Codes"/> bytes, each 0..15.</param>
    public void Encode(ReadOnlySpan<float> vector, int list, Span<byte> codes)
    {
        ReadOnlySpan<float> centroid = Centroids.AsSpan(list * Dimension, Dimension);
        codes.Clear();
        for (int d = 0; d < vector.Length; d++)
        {
            float residual = vector[d] - centroid[d];
            codes[d / 2] |= (byte)(Level(d, residual) << (d % 2 * 2));
        }
        if (HasNorm)
            EncodeNorm(vector, list, codes);
    }

    private int Level(int dimension, float residual)
    {
        ReadOnlySpan<float> levels = LevelValues.AsSpan(dimension * Levels, Levels);
        return (residual > (levels[0] + levels[1]) / 2 ? 1 : 0)
            + (residual > (levels[1] + levels[2]) / 2 ? 1 : 0)
            + (residual > (levels[2] + levels[3]) / 2 ? 1 : 0);
    }

    private void EncodeNorm(ReadOnlySpan<float> vector, int list, Span<byte> codes)
    {
        float bias = System.Numerics.Tensors.TensorPrimitives.SumOfSquares(vector) - 2 * _halfSquares[list];
        int code = NormStep > 0 ? (int)Math.Clamp(MathF.Round((bias - NormLow) / NormStep), 0, NormCodeRange) : 0;
        codes[Pairs] = (byte)(code >> 4);
        codes[Pairs + 1] = (byte)(code & 15);
    }

    private void DotsOf64(float* x, float* block, float* into)
    {
        // Four groups at a time hide the latency of the additions.
        Vector512<float> a = default, b = default, c = default, e = default;
        float* second = block + Lane * Dimension, third = second + Lane * Dimension, fourth = third + Lane * Dimension;
        for (int d = 0, at = 0; d < Dimension; d++, at += Lane)
        {
            var number = Vector512.Create(x[d]);
            a = Vector512.FusedMultiplyAdd(number, Vector512.Load(block + at), a);
            b = Vector512.FusedMultiplyAdd(number, Vector512.Load(second + at), b);
            c = Vector512.FusedMultiplyAdd(number, Vector512.Load(third + at), c);
            e = Vector512.FusedMultiplyAdd(number, Vector512.Load(fourth + at), e);
        }
        a.Store(into);
        b.Store(into + Lane);
        c.Store(into + 2 * Lane);
        e.Store(into + 3 * Lane);
    }

    // [list / 16][dimension][list % 16], and half squares padded with infinity so that no padding is ever nearest.
    private static (float[] Transposed, float[] HalfSquares) Transpose(float[] centroids, int dimension, int lists)
    {
        int padded = (lists + Lane - 1) / Lane * Lane;
        var transposed = new float[padded * dimension];
        var halfSquares = new float[padded];
        Array.Fill(halfSquares, float.PositiveInfinity);
        for (int list = 0; list < lists; list++)
        {
            ReadOnlySpan<float> centroid = centroids.AsSpan(list * dimension, dimension);
            for (int d = 0; d < dimension; d++)
                transposed[(list / Lane * dimension + d) * Lane + list % Lane] = centroid[d];
            halfSquares[list] = System.Numerics.Tensors.TensorPrimitives.SumOfSquares(centroid) / 2;
        }
        return (transposed, halfSquares);
    }
}
