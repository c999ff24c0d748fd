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
    private readonly float[] _limits;
    private readonly float[] _evenLevels;
    private readonly float[] _oddLevels;
    private readonly int _paddedDimension;

    public Codebook(Metric metric, int dimension, float[] centroids, float[] levels, float normLow, float normStep)
    {
        Metric = metric;
        Dimension = dimension;
        Lists = centroids.Length / dimension;
        Centroids = centroids;
        NormLow = normLow;
        NormStep = normStep;
        Pairs = (dimension + 1) / 2;
        Codes = (Pairs + (HasNorm ? 2 : 0) + CodeGroup - 1) / CodeGroup * CodeGroup;
        _paddedDimension = (dimension + Lane - 1) / Lane * Lane;
        (_transposed, _halfSquares) = Transpose(centroids, dimension, Lists);
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
    /// <param name="scores">Lists rounded up to 64 numbers; those after the last list mean nothing.</param>
    public void Scores(ReadOnlySpan<float> query, Span<float> scores)
    {
        fixed (float* x = query, into = scores, halfSquares = _halfSquares)
        {
            for (int list = 0; list < _halfSquares.Length; list += 4 * Lane)
            {
                var (a, b, c, e) = Dots(x, list);
                if (HasNorm)
                {
                    a = 2 * (a - Vector512.Load(halfSquares + list));
                    b = 2 * (b - Vector512.Load(halfSquares + list + Lane));
                    c = 2 * (c - Vector512.Load(halfSquares + list + 2 * Lane));
                    e = 2 * (e - Vector512.Load(halfSquares + list + 3 * Lane));
                }
                a.Store(into + list);
                b.Store(into + list + Lane);
                c.Store(into + list + 2 * Lane);
                e.Store(into + list + 3 * Lane);
            }
        }
    }

    /// <summary>The list whose centroid is nearest by Euclidean distance.</summary>
    /// <param name="vector">Dimension numbers, as the metric prepares them.</param>
    public int Nearest(ReadOnlySpan<float> vector)
    {
        var best = Vector512.Create(float.NegativeInfinity);
        var bestList = Vector512<int>.Zero;
        fixed (float* x = vector, halfSquares = _halfSquares)
        {
            var numbers = Vector512<int>.Indices;
            for (int list = 0; list < _halfSquares.Length; list += 4 * Lane)
            {
                var (a, b, c, e) = Dots(x, list);
                Improve(a - Vector512.Load(halfSquares + list), list, numbers, ref best, ref bestList);
                Improve(b - Vector512.Load(halfSquares + list + Lane), list + Lane, numbers, ref best, ref bestList);
                Improve(c - Vector512.Load(halfSquares + list + 2 * Lane), list + 2 * Lane, numbers, ref best, ref bestList);
                Improve(e - Vector512.Load(halfSquares + list + 3 * Lane), list + 3 * Lane, numbers, ref best, ref bestList);
            }
        }
        int lane = 0;
        for (int i = 1; i < Lane; i++)
        {
            if (best[i] > best[lane] || (best[i] == best[lane] && bestList[i] < bestList[lane]))
                lane = i;
        }
        return bestList[lane];
    }

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
    }

    /// <summary>What each value of each code adds to a query's score.</summary>
    /// <param name="query">Dimension numbers, as the metric prepares them.</param>
    /// <param name="values">[<see cref="Codes"/>][16].</param>
    public void Products(ReadOnlySpan<float> query, Span<float> values)
    {
        // −|q − x|² = −|q − c|² + 2 (q·r) − (|x|² − |c|²): the metric's factor of q·r, and the norm's codes with a minus.
        float factor = HasNorm ? 2 : 1;
        fixed (float* even = _evenLevels, odd = _oddLevels, into = values)
        {
            for (int pair = 0; pair < Pairs; pair++)
            {
                float q0 = query[2 * pair] * factor, q1 = 2 * pair + 1 < Dimension ? query[2 * pair + 1] * factor : 0;
                (Vector512.Load(even + pair * Lane) * q0 + Vector512.Load(odd + pair * Lane) * q1).Store(into + pair * Lane);
            }
        }
        values[(Pairs * Lane)..(Codes * Lane)].Clear();
        for (int i = 0; HasNorm && i < Lane; i++)
        {
            values[Pairs * Lane + i] = -NormStep * Lane * i;
            values[(Pairs + 1) * Lane + i] = -NormStep * i;
        }
    }

    private void EncodeNorm(ReadOnlySpan<float> vector, int list, Span<byte> codes)
    {
        float bias = System.Numerics.Tensors.TensorPrimitives.SumOfSquares(vector) - 2 * _halfSquares[list];
        int code = NormStep > 0 ? (int)Math.Clamp(MathF.Round((bias - NormLow) / NormStep), 0, NormCodeRange) : 0;
        codes[Pairs] = (byte)(code >> 4);
        codes[Pairs + 1] = (byte)(code & 15);
    }

    private static void Improve(Vector512<float> scores, int list, Vector512<int> numbers, ref Vector512<float> best, ref Vector512<int> bestList)
    {
        var better = Vector512.GreaterThan(scores, best);
        best = Vector512.ConditionalSelect(better, scores, best);
        bestList = Vector512.ConditionalSelect(better.AsInt32(), numbers + Vector512.Create(list), bestList);
    }

    // Centroid·x of 64 lists; four sums at a time hide the latency of the additions.
    private (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) Dots(float* x, int list)
    {
        Vector512<float> a = default, b = default, c = default, e = default;
        fixed (float* transposed = _transposed)
        {
            float* column = transposed + (long)list * Dimension;
            for (int d = 0; d < Dimension; d++, column += 4 * Lane)
            {
                var number = Vector512.Create(x[d]);
                a = Vector512.FusedMultiplyAdd(number, Vector512.Load(column), a);
                b = Vector512.FusedMultiplyAdd(number, Vector512.Load(column + Lane), b);
                c = Vector512.FusedMultiplyAdd(number, Vector512.Load(column + 2 * Lane), c);
                e = Vector512.FusedMultiplyAdd(number, Vector512.Load(column + 3 * Lane), e);
            }
        }
        return (a, b, c, e);
    }

    // [list / 64][dimension][list % 64], and half squares padded with infinity so that no padding is ever nearest.
    private static (float[] Transposed, float[] HalfSquares) Transpose(float[] centroids, int dimension, int lists)
    {
        const int Group = 4 * Lane;
        int padded = (lists + Group - 1) / Group * Group;
        var transposed = new float[padded * dimension];
        var halfSquares = new float[padded];
        Array.Fill(halfSquares, float.PositiveInfinity);
        for (int list = 0; list < lists; list++)
        {
            ReadOnlySpan<float> centroid = centroids.AsSpan(list * dimension, dimension);
            for (int d = 0; d < dimension; d++)
                transposed[(list / Group * dimension + d) * Group + list % Group] = centroid[d];
            halfSquares[list] = System.Numerics.Tensors.TensorPrimitives.SumOfSquares(centroid) / 2;
        }
        return (transposed, halfSquares);
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
