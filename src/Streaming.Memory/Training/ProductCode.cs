using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Memory.Training;

/// <summary>
/// A product code: the dimensions in runs, each run of a vector rounded to the nearest of 16 points that were fitted to it. The sum of what a table says
/// of a vector's codes is about −|x − v|²/2, but for a part that is the same for all v.
/// </summary>
internal sealed unsafe class ProductCode
{
    private const int Points = 16;
    private const int Iterations = 6;

    private readonly int _dimension;
    private readonly int _run;
    private readonly float[] _points; // [code][dimension of the run][point]
    private readonly float[] _halfSquares; // [code][point]

    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="codes">Codes a vector is given; where there are fewer dimensions the last ones say nothing.</param>
    public ProductCode(int dimension, int codes)
    {
        _dimension = dimension;
        Codes = codes;
        _run = (dimension + codes - 1) / codes;
        _points = new float[codes * _run * Points];
        _halfSquares = new float[codes * Points];
    }

    public int Codes { get; }

    /// <summary>Fits the points to vectors.</summary>
    /// <param name="vectors">[n][dimension].</param>
    /// <returns>Standard deviation of the error of a product with a vector of length 1 in any direction, from one vector to another.</returns>
    public float Train(float[] vectors)
    {
        double errors = 0;
        int n = vectors.Length / _dimension;
        var padded = new float[n * Codes * _run];
        fixed (float* at = padded)
        {
            for (int i = 0; i < n; i++)
                Pad(vectors.AsSpan(i * _dimension, _dimension), at + (long)i * Codes * _run);
            for (int code = 0; code < Codes; code++)
                errors += Train(at, n, code);
        }
        return MathF.Sqrt((float)(2 * errors / n / _dimension));
    }

    /// <summary>The codes of a vector.</summary>
    [SkipLocalsInit]
    public void Encode(ReadOnlySpan<float> vector, Span<byte> codes)
    {
        float* padded = stackalloc float[Codes * _run];
        Pad(vector, padded);
        for (int code = 0; code < Codes; code++)
            codes[code] = (byte)Nearest(padded, code).Point;
    }

    /// <summary>A vector's table: what each point of each code adds to a sum, 0..<paramref name="most"/>, in steps that are returned.</summary>
    /// <param name="vector">Dimension numbers.</param>
    /// <param name="most">The highest entry.</param>
    /// <param name="table">[code][16].</param>
    [SkipLocalsInit]
    public float Table(ReadOnlySpan<float> vector, int most, byte* table)
    {
        float* padded = stackalloc float[Codes * _run], values = stackalloc float[Codes * Points];
        Pad(vector, padded);
        var reach = Vector512<float>.Zero;
        for (int code = 0; code < Codes; code++)
        {
            var value = Values(padded, code);
            value.Store(values + code * Points);
            reach = Vector512.Max(reach, Vector512.Abs(value));
        }
        float largest = Largest(reach);
        float step = largest > 0 ? 2 * largest / most : 1;
        var (scale, middle) = (Vector512.Create(1 / step), Vector512.Create(most / 2f));
        for (int code = 0; code < Codes; code++)
        {
            var rounded = Vector512.ConvertToInt32(Vector512.Load(values + code * Points) * scale + middle);
            var words = Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
            Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().Store(table + code * Points);
        }
        return step;
    }

    private double Train(float* vectors, int n, int code)
    {
        // Evenly spread vectors to begin with, so that the result depends on nothing else.
        for (int point = 0; point < Points; point++)
            Set(code, point, Run(vectors, (int)((long)point * n / Points), code));
        var sums = new float[Points * _run];
        var counts = new int[Points];
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            Array.Clear(sums);
            Array.Clear(counts);
            for (int i = 0; i < n; i++)
            {
                int point = Nearest(vectors + (long)i * Codes * _run, code).Point;
                Span<float> sum = sums.AsSpan(point * _run, _run);
                TensorPrimitives.Add(sum, Run(vectors, i, code), sum);
                counts[point]++;
            }
            for (int point = 0; point < Points; point++)
            {
                Span<float> mean = sums.AsSpan(point * _run, _run);
                TensorPrimitives.Divide(mean, Math.Max(1, counts[point]), mean);
                if (counts[point] > 0)
                    Set(code, point, mean);
            }
        }
        double errors = 0;
        for (int i = 0; i < n; i++)
            errors += TensorPrimitives.SumOfSquares(Run(vectors, i, code)) - 2 * Nearest(vectors + (long)i * Codes * _run, code).Closeness;
        return Math.Max(0, errors);
    }

    private ReadOnlySpan<float> Run(float* padded, int i, int code) => new(padded + ((long)i * Codes + code) * _run, _run);

    private void Set(int code, int point, ReadOnlySpan<float> numbers)
    {
        for (int d = 0; d < numbers.Length; d++)
            _points[(code * _run + d) * Points + point] = numbers[d];
        _halfSquares[code * Points + point] = TensorPrimitives.SumOfSquares(numbers) / 2;
    }

    // With zeros up to whole runs.
    private void Pad(ReadOnlySpan<float> vector, float* padded)
    {
        vector.CopyTo(new Span<float>(padded, vector.Length));
        new Span<float>(padded + vector.Length, Codes * _run - vector.Length).Clear();
    }

    private (int Point, float Closeness) Nearest(float* padded, int code)
    {
        var values = Values(padded, code);
        float best = Largest(values);
        return (BitOperations.TrailingZeroCount(Vector512.Equals(values, Vector512.Create(best)).ExtractMostSignificantBits()), best);
    }

    // Of each point: x·p − |p|²/2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Values(float* padded, int code)
    {
        fixed (float* points = _points, halfSquares = _halfSquares)
        {
            var values = -Vector512.Load(halfSquares + code * Points);
            for (int d = code * _run; d < (code + 1) * _run; d++)
                values += Vector512.Create(padded[d]) * Vector512.Load(points + d * Points);
            return values;
        }
    }

    private static float Largest(Vector512<float> values)
    {
        var half = Vector256.Max(values.GetLower(), values.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return Math.Max(Math.Max(quarter[0], quarter[1]), Math.Max(quarter[2], quarter[3]));
    }
}
