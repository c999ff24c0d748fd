using System.Numerics.Tensors;
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

    // Of the cosine between query and neighbour from which errors count (Guo et al., section 3).
    private const float AlongThreshold = 0.2f;

    private readonly float[] _halfSquares;
    private readonly float[] _levels;
    private readonly float[] _limits;
    private readonly float _alongWeight;
    private readonly float[] _evenLevels;
    private readonly float[] _oddLevels;
    private readonly int _paddedDimension;

    public Codebook(Metric metric, int dimension, float[] centroids, float[] levels, float normLow, float normStep)
    {
        Metric = metric;
        Dimension = dimension;
        Lists = centroids.Length / dimension;
        Centroids = centroids;
        _levels = levels;
        _alongWeight = Math.Max(1, (dimension - 1) * AlongThreshold * AlongThreshold / (1 - AlongThreshold * AlongThreshold));
        NormLow = normLow;
        NormStep = normStep;
        Pairs = (dimension + 1) / 2;
        Codes = (Pairs + (HasNorm ? 2 : 0) + CodeGroup - 1) / CodeGroup * CodeGroup;
        _paddedDimension = (dimension + Lane - 1) / Lane * Lane;
        _halfSquares = [.. Enumerable.Range(0, Lists).Select(list => TensorPrimitives.SumOfSquares(Centroid(list)) / 2)];
        _limits = Limits(levels);
        _evenLevels = Spread(levels, odd: false);
        _oddLevels = Spread(levels, odd: true);
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

    public float NormLow { get; }

    public float NormStep { get; }

    /// <summary>
    /// What orders the lists for a query and begins their entries' scores: q·c, or under <see cref="Metric.L2"/> −|q − c|² without its constant |q|².
    /// </summary>
    /// <param name="query">Dimension numbers, as the metric prepares them.</param>
    /// <param name="list">The list.</param>
    public float Score(ReadOnlySpan<float> query, int list) => HasNorm ? 2 * Closeness(query, list) : TensorPrimitives.Dot(query, Centroid(list));

    /// <summary>Highest for the centroid that is nearest by Euclidean distance: x·c − |c|²/2.</summary>
    /// <param name="vector">Dimension numbers, as the metric prepares them.</param>
    /// <param name="list">The list.</param>
    public float Closeness(ReadOnlySpan<float> vector, int list) => TensorPrimitives.Dot(vector, Centroid(list)) - _halfSquares[list];

    /// <summary>The codes of a vector in a list.</summary>
    /// <param name="vector">Dimension numbers, as the metric prepares them.</param>
    /// <param name="list">The list that the vector goes to.</param>
    /// <param name="codes"><see cref="Codes"/> bytes, each 0..15.</param>
    public void Encode(ReadOnlySpan<float> vector, int list, Span<byte> codes)
    {
        fixed (float* x = vector, c = &Centroids[list * Dimension], limits = _limits)
        {
            int d = 0;
            for (; d <= Dimension - Lane; d += Lane)
            {
                var residual = Vector512.Load(x + d) - Vector512.Load(c + d);
                // A comparison gives −1 where it holds.
                var levels = Vector512<int>.Zero
                    - Vector512.GreaterThan(residual, Vector512.Load(limits + d)).AsInt32()
                    - Vector512.GreaterThan(residual, Vector512.Load(limits + _paddedDimension + d)).AsInt32()
                    - Vector512.GreaterThan(residual, Vector512.Load(limits + 2 * _paddedDimension + d)).AsInt32();
                // The odd dimension of a pair goes two bits up, beside the even one.
                var pairs = levels.AsInt64() | (levels.AsInt64() >>> 30);
                for (int i = 0; i < Lane / 2; i++)
                    codes[d / 2 + i] = (byte)(pairs[i] & 15);
            }
            codes[(d / 2)..].Clear();
            for (; d < Dimension; d++)
            {
                float residual = x[d] - c[d];
                int level = (residual > limits[d] ? 1 : 0) + (residual > limits[_paddedDimension + d] ? 1 : 0) + (residual > limits[2 * _paddedDimension + d] ? 1 : 0);
                codes[d / 2] |= (byte)(level << (d % 2 * 2));
            }
        }
        if (HasNorm)
            EncodeNorm(vector, list, codes);
        else if (_alongWeight > 1)
            Refine(vector, list, codes);
    }

    // Scores of near neighbours suffer from the error along the vector, not from that across it. One pass takes the other level of a dimension
    // wherever that lowers |e|² + (η − 1)·(e·x/|x|)².
    private void Refine(ReadOnlySpan<float> vector, int list, Span<byte> codes)
    {
        ReadOnlySpan<float> centroid = Centroid(list);
        float square = TensorPrimitives.SumOfSquares(vector), along = 0;
        float weight = square > 0 ? (_alongWeight - 1) / square : 0;
        Span<float> errors = stackalloc float[Dimension];
        for (int d = 0; d < Dimension; d++)
        {
            errors[d] = vector[d] - centroid[d] - _levels[d * Levels + LevelOf(codes, d)];
            along += errors[d] * vector[d];
        }
        for (int d = 0; d < Dimension; d++)
        {
            int level = LevelOf(codes, d), other = Math.Clamp(level + (errors[d] > 0 ? 1 : -1), 0, Levels - 1);
            float error = errors[d] - (_levels[d * Levels + other] - _levels[d * Levels + level]);
            float alongThen = along + (error - errors[d]) * vector[d];
            if (error * error - errors[d] * errors[d] + weight * (alongThen * alongThen - along * along) >= 0)
                continue;
            along = alongThen;
            codes[d / 2] ^= (byte)((level ^ other) << (d % 2 * 2));
        }
    }

    private static int LevelOf(ReadOnlySpan<byte> codes, int d) => (codes[d / 2] >> (d % 2 * 2)) & (Levels - 1);

    /// <summary>What each value of each code adds to a query's score.</summary>
    /// <param name="query">Dimension numbers, as the metric prepares them.</param>
    /// <param name="withNorms">True = the score is −|q − x|², false = it is q·x.</param>
    /// <param name="values">[<see cref="Codes"/>][16].</param>
    public void Products(ReadOnlySpan<float> query, bool withNorms, Span<float> values)
    {
        // −|q − x|² = −|q − c|² + 2 (q·r) − (|x|² − |c|²): the metric's factor of q·r, and the norm's codes with a minus.
        float factor = withNorms ? 2 : 1;
        fixed (float* even = _evenLevels, odd = _oddLevels, into = values)
        {
            for (int pair = 0; pair < Pairs; pair++)
            {
                float q0 = query[2 * pair] * factor, q1 = 2 * pair + 1 < Dimension ? query[2 * pair + 1] * factor : 0;
                (Vector512.Load(even + pair * Lane) * q0 + Vector512.Load(odd + pair * Lane) * q1).Store(into + pair * Lane);
            }
        }
        values[(Pairs * Lane)..(Codes * Lane)].Clear();
        for (int i = 0; withNorms && i < Lane; i++)
        {
            values[Pairs * Lane + i] = -NormStep * Lane * i;
            values[(Pairs + 1) * Lane + i] = -NormStep * i;
        }
    }

    private ReadOnlySpan<float> Centroid(int list) => Centroids.AsSpan(list * Dimension, Dimension);

    private void EncodeNorm(ReadOnlySpan<float> vector, int list, Span<byte> codes)
    {
        float bias = TensorPrimitives.SumOfSquares(vector) - 2 * _halfSquares[list];
        int code = NormStep > 0 ? (int)Math.Clamp(MathF.Round((bias - NormLow) / NormStep), 0, NormCodeRange) : 0;
        codes[Pairs] = (byte)(code >> 4);
        codes[Pairs + 1] = (byte)(code & 15);
    }

    // Where a residual passes from one level to the next: [3][padded dimension].
    private float[] Limits(float[] levels)
    {
        var limits = new float[(Levels - 1) * _paddedDimension];
        for (int d = 0; d < Dimension; d++)
        {
            for (int i = 0; i < Levels - 1; i++)
                limits[i * _paddedDimension + d] = (levels[d * Levels + i] + levels[d * Levels + i + 1]) / 2;
        }
        return limits;
    }

    // [pair][16]: the level that the code's two low or two high bits stand for.
    private float[] Spread(float[] levels, bool odd)
    {
        var spread = new float[Pairs * Lane];
        for (int pair = 0; pair < Pairs; pair++)
        {
            int d = 2 * pair + (odd ? 1 : 0);
            for (int code = 0; code < Lane && d < Dimension; code++)
                spread[pair * Lane + code] = levels[d * Levels + (odd ? code / Levels : code % Levels)];
        }
        return spread;
    }
}
