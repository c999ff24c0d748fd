using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
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
    private readonly float[] _levelsByDimension;
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
        LevelsOfDimensions = levels;
        _alongWeight = Math.Max(1, (dimension - 1) * AlongThreshold * AlongThreshold / (1 - AlongThreshold * AlongThreshold));
        NormLow = normLow;
        NormStep = normStep;
        Pairs = (dimension + 1) / 2;
        Codes = (Pairs + (HasNorm ? 2 : 0) + CodeGroup - 1) / CodeGroup * CodeGroup;
        _paddedDimension = (dimension + Lane - 1) / Lane * Lane;
        _halfSquares = [.. Enumerable.Range(0, Lists).Select(list => TensorPrimitives.SumOfSquares(Centroid(list)) / 2)];
        _levelsByDimension = ByDimension(levels);
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

    /// <summary>[dimension][<see cref="Levels"/>].</summary>
    public float[] LevelsOfDimensions { get; }

    public float NormLow { get; }

    public float NormStep { get; }

    /// <summary>
    /// What orders the lists for a query and begins their entries' scores: q·c, or under <see cref="Metric.L2"/> −|q − c|² without its constant |q|².
    /// </summary>
    /// <param name="query">Dimension numbers, as the metric prepares them.</param>
    /// <param name="list">The list.</param>
    public float Score(ReadOnlySpan<float> query, int list) => HasNorm ? 2 * Closeness(query, list) : Dot(query, list);

    /// <summary>Highest for the centroid that is nearest by Euclidean distance: x·c − |c|²/2.</summary>
    /// <param name="vector">Dimension numbers, as the metric prepares them.</param>
    /// <param name="list">The list.</param>
    public float Closeness(ReadOnlySpan<float> vector, int list) => Dot(vector, list) - _halfSquares[list];

    /// <summary>The codes of a vector in a list.</summary>
    /// <param name="vector">Dimension numbers, as the metric prepares them.</param>
    /// <param name="list">The list that the vector goes to.</param>
    /// <param name="codes"><see cref="Codes"/> bytes, each 0..15.</param>
    [SkipLocalsInit]
    public void Encode(ReadOnlySpan<float> vector, int list, Span<byte> codes)
    {
        byte* levels = stackalloc byte[_paddedDimension];
        float* padded = stackalloc float[2 * _paddedDimension];
        fixed (float* x = vector, c = &Centroids[list * Dimension])
        {
            if (Dimension == _paddedDimension)
                Round(x, c, levels);
            else
                Round(Padded(x, padded), Padded(c, padded + _paddedDimension), levels);
        }
        codes.Clear();
        fixed (byte* to = codes)
        {
            // The odd dimension of a pair goes two bits up, beside the even one.
            for (int d = 0; d < _paddedDimension; d += Lane)
            {
                var pairs = Vector128.Load(levels + d).AsUInt16();
                var narrow = Vector128.Narrow((pairs | (pairs >>> 6)) & Vector128.Create((ushort)15), Vector128<ushort>.Zero);
                *(ulong*)(to + d / 2) = narrow.AsUInt64().ToScalar();
            }
        }
        if (HasNorm)
            EncodeNorm(vector, list, codes);
    }

    // The nearest level of each dimension. Scores of near neighbours suffer from the error along the vector, not from that across it, so one pass then
    // takes the other level of a dimension wherever that lowers |e|² + (η − 1)·(e·x/|x|)².
    [SkipLocalsInit]
    private void Round(float* x, float* centroid, byte* levels)
    {
        float* changes = stackalloc float[3 * _paddedDimension]; // By the other level: of |e|², of e·x; and which way it lies.
        Vector512<float> along = default, square = default;
        fixed (float* limits = _limits, values = _levelsByDimension)
        {
            for (int d = 0; d < _paddedDimension; d += Lane)
            {
                var vector = Vector512.Load(x + d);
                var residual = vector - Vector512.Load(centroid + d);
                var above0 = Vector512.GreaterThan(residual, Vector512.Load(limits + d));
                var above1 = Vector512.GreaterThan(residual, Vector512.Load(limits + _paddedDimension + d));
                var above2 = Vector512.GreaterThan(residual, Vector512.Load(limits + 2 * _paddedDimension + d));
                Vector512<float> value0 = Vector512.Load(values + d), value1 = Vector512.Load(values + _paddedDimension + d);
                Vector512<float> value2 = Vector512.Load(values + 2 * _paddedDimension + d), value3 = Vector512.Load(values + 3 * _paddedDimension + d);
                var own = Select(above2, value3, Select(above1, value2, Select(above0, value1, value0)));
                var error = residual - own;
                var isAbove = Vector512.GreaterThan(error, Vector512<float>.Zero);
                var up = Select(above1, value3, Select(above0, value2, value1));
                var down = Select(above2, value2, Select(above1, value1, value0));
                var other = residual - Select(isAbove, up, down);
                (other * other - error * error).Store(changes + d);
                ((other - error) * vector).Store(changes + _paddedDimension + d);
                Select(isAbove, Vector512<float>.One, -Vector512<float>.One).Store(changes + 2 * _paddedDimension + d);
                along += error * vector;
                square += vector * vector;
                // A comparison gives −1 where it holds.
                var level = -(above0.AsInt32() + above1.AsInt32() + above2.AsInt32());
                var words = Vector256.Narrow(level.GetLower(), level.GetUpper());
                Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().Store(levels + d);
            }
        }
        float squares = Total(square);
        if (!HasNorm && _alongWeight > 1 && squares > 0)
            Refine(changes, (_alongWeight - 1) / squares, Total(along), levels);
    }

    // In the order of the dimensions: each change shows the next what is left of the error along the vector.
    private void Refine(float* changes, float weight, float along, byte* levels)
    {
        for (int d = 0; d < _paddedDimension; d += Lane)
        {
            Vector512<float> square = Vector512.Load(changes + d), change = Vector512.Load(changes + _paddedDimension + d);
            for (ulong left = ushort.MaxValue; ;)
            {
                var after = square + change * (2 * along * weight) + change * change * weight;
                ulong lower = Vector512.LessThan(after, Vector512<float>.Zero).ExtractMostSignificantBits() & left;
                if (lower == 0)
                    break;
                int i = BitOperations.TrailingZeroCount(lower);
                along += changes[_paddedDimension + d + i];
                levels[d + i] += (byte)(sbyte)changes[2 * _paddedDimension + d + i];
                left = ~1ul << i;
            }
        }
    }

    private float* Padded(float* from, float* to)
    {
        new ReadOnlySpan<float>(from, Dimension).CopyTo(new Span<float>(to, Dimension));
        new Span<float>(to + Dimension, _paddedDimension - Dimension).Clear();
        return to;
    }

    private static Vector512<float> Select(Vector512<float> condition, Vector512<float> yes, Vector512<float> no) => Vector512.ConditionalSelect(condition, yes, no);

    // In one order on every processor.
    private static float Total(Vector512<float> numbers)
    {
        var half = numbers.GetLower() + numbers.GetUpper();
        var quarter = half.GetLower() + half.GetUpper();
        return quarter[0] + quarter[1] + (quarter[2] + quarter[3]);
    }

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

    private float Dot(ReadOnlySpan<float> vector, int list)
    {
        fixed (float* x = vector, c = &Centroids[list * Dimension])
        {
            var sum = Vector512<float>.Zero;
            int d = 0;
            for (; d <= Dimension - Lane; d += Lane)
                sum += Vector512.Load(x + d) * Vector512.Load(c + d);
            float total = Total(sum);
            for (; d < Dimension; d++)
                total += x[d] * c[d];
            return total;
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

    // [4][padded dimension].
    private float[] ByDimension(float[] levels)
    {
        var transposed = new float[Levels * _paddedDimension];
        for (int i = 0; i < levels.Length; i++)
            transposed[i % Levels * _paddedDimension + i / Levels] = levels[i];
        return transposed;
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
