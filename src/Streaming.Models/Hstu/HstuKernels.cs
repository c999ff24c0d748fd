using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Streaming.Models.Hstu;

/// <summary>The engine's loops over floats.</summary>
/// <remarks>
/// Hot path. Every sum has one fixed order that depends on its length alone, never on alignment or on the machine's vector width, and every
/// multiply-add is fused. TensorPrimitives does not promise that, and so it is not used for sums here.
/// </remarks>
internal static class HstuKernels
{
    private const int Lanes = 8;
    private const int BlockLanes = 4 * Lanes;

    /// <summary>output = bias + input · matrix, for <paramref name="output"/>.Length columns from <paramref name="firstColumn"/> on.</summary>
    /// <param name="input">[in]</param>
    /// <param name="matrix">[in, <paramref name="columns"/>]</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="firstColumn">The column of output[0].</param>
    /// <param name="output">Holds the bias (or zeros) on entry. Each cell adds its products in the order of the input.</param>
    public static void MultiplyAdd(ReadOnlySpan<float> input, ReadOnlySpan<float> matrix, int columns, int firstColumn, Span<float> output)
    {
        var column = 0;
        for (; column <= output.Length - BlockLanes; column += BlockLanes)
            WeightedRowSum32(input, matrix[(firstColumn + column)..], columns, output.Slice(column, BlockLanes));
        for (; column <= output.Length - Lanes; column += Lanes)
            WeightedRowSum8(input, matrix[(firstColumn + column)..], columns, output.Slice(column, Lanes));
        for (; column < output.Length; column++)
            WeightedRowSum1(input, matrix[(firstColumn + column)..], columns, ref output[column]);
    }

    /// <summary>The sum of products of two equally long vectors.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        b = b[..a.Length];
        ref var left = ref MemoryMarshal.GetReference(a);
        ref var right = ref MemoryMarshal.GetReference(b);
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        var i = 0;
        for (; i <= a.Length - BlockLanes; i += BlockLanes)
        {
            sum0 = Vector256.FusedMultiplyAdd(Load(ref left, i), Load(ref right, i), sum0);
            sum1 = Vector256.FusedMultiplyAdd(Load(ref left, i + Lanes), Load(ref right, i + Lanes), sum1);
            sum2 = Vector256.FusedMultiplyAdd(Load(ref left, i + (2 * Lanes)), Load(ref right, i + (2 * Lanes)), sum2);
            sum3 = Vector256.FusedMultiplyAdd(Load(ref left, i + (3 * Lanes)), Load(ref right, i + (3 * Lanes)), sum3);
        }
        for (; i <= a.Length - Lanes; i += Lanes)
            sum0 = Vector256.FusedMultiplyAdd(Load(ref left, i), Load(ref right, i), sum0);
        var sum = SumLanes((sum0 + sum1) + (sum2 + sum3));
        for (; i < a.Length; i++) sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }

    /// <summary>values = SiLU(values) = x / (1 + e^-x).</summary>
    public static void Silu(Span<float> values)
    {
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
            Silu(Vector256.Create<float>(values.Slice(i, Lanes))).CopyTo(values[i..]);
        if (i == values.Length) return;

        // The tail takes the same path, so that a value's result does not depend on where it lies.
        Span<float> tail = stackalloc float[Lanes];
        tail.Clear();
        values[i..].CopyTo(tail);
        Silu(Vector256.Create<float>(tail)).CopyTo(tail);
        tail[..(values.Length - i)].CopyTo(values[i..]);
    }

    /// <summary>Layer normalisation without affine: (x - mean) / sqrt(variance + eps), with the population variance.</summary>
    public static void LayerNorm(ReadOnlySpan<float> input, Span<float> output)
    {
        const float Epsilon = 1e-6f;
        var mean = Sum(input) / input.Length;
        for (var i = 0; i < input.Length; i++) output[i] = input[i] - mean;
        output = output[..input.Length];
        var scale = 1f / MathF.Sqrt((Dot(output, output) / input.Length) + Epsilon);
        for (var i = 0; i < output.Length; i++) output[i] *= scale;
    }

    /// <summary>values /= max(|values|, 1e-6).</summary>
    public static void L2Normalise(Span<float> values)
    {
        const float MinNorm = 1e-6f;
        var scale = 1f / MathF.Max(MathF.Sqrt(Dot(values, values)), MinNorm);
        for (var i = 0; i < values.Length; i++) values[i] *= scale;
    }

    private static float Sum(ReadOnlySpan<float> values)
    {
        Vector256<float> lanes = default;
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes) lanes += Vector256.Create(values.Slice(i, Lanes));
        var sum = SumLanes(lanes);
        for (; i < values.Length; i++) sum += values[i];
        return sum;
    }

    // rows[r] for r in weights starts at r * stride.
    private static void WeightedRowSum32(ReadOnlySpan<float> weights, ReadOnlySpan<float> rows, int stride, Span<float> output)
    {
        _ = rows[..(((weights.Length - 1) * stride) + BlockLanes)];
        ref var row = ref MemoryMarshal.GetReference(rows);
        ref var target = ref MemoryMarshal.GetReference(output);
        var sum0 = Load(ref target, 0);
        var sum1 = Load(ref target, Lanes);
        var sum2 = Load(ref target, 2 * Lanes);
        var sum3 = Load(ref target, 3 * Lanes);
        for (var r = 0; r < weights.Length; r++)
        {
            var weight = Vector256.Create(weights[r]);
            var start = r * stride;
            sum0 = Vector256.FusedMultiplyAdd(weight, Load(ref row, start), sum0);
            sum1 = Vector256.FusedMultiplyAdd(weight, Load(ref row, start + Lanes), sum1);
            sum2 = Vector256.FusedMultiplyAdd(weight, Load(ref row, start + (2 * Lanes)), sum2);
            sum3 = Vector256.FusedMultiplyAdd(weight, Load(ref row, start + (3 * Lanes)), sum3);
        }
        sum0.CopyTo(output);
        sum1.CopyTo(output[Lanes..]);
        sum2.CopyTo(output[(2 * Lanes)..]);
        sum3.CopyTo(output[(3 * Lanes)..]);
    }

    private static void WeightedRowSum8(ReadOnlySpan<float> weights, ReadOnlySpan<float> rows, int stride, Span<float> output)
    {
        var sum = Vector256.Create<float>(output);
        for (var r = 0; r < weights.Length; r++)
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(weights[r]), Vector256.Create(rows.Slice(r * stride, Lanes)), sum);
        sum.CopyTo(output);
    }

    private static void WeightedRowSum1(ReadOnlySpan<float> weights, ReadOnlySpan<float> rows, int stride, ref float output)
    {
        var sum = output;
        for (var r = 0; r < weights.Length; r++) sum = MathF.FusedMultiplyAdd(weights[r], rows[r * stride], sum);
        output = sum;
    }

    private static Vector256<float> Silu(Vector256<float> x) => x / (Vector256<float>.One + Exp(-x));

    // Cephes' expf: e^x = 2^n * e^r with |r| <= ln 2 / 2 and a polynomial for e^r; about 2 units in the last place.
    private static Vector256<float> Exp(Vector256<float> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-87f)), Vector256.Create(88f));
        var n = Vector256.Floor(Vector256.FusedMultiplyAdd(x, Vector256.Create(1.44269504f), Vector256.Create(0.5f)));
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);

        var p = Vector256.Create(1.9875691500e-4f);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.3981999507e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(5.0000001201e-1f));
        p = Vector256.FusedMultiplyAdd(p, r * r, r) + Vector256<float>.One;

        // 2^n by its exponent bits; n is in -126..127 after the clamp.
        var power = (Vector256.ConvertToInt32(n) + Vector256.Create(127)) << 23;
        return p * power.AsSingle();
    }

    private static float SumLanes(Vector256<float> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    private static Vector256<float> Load(ref float start, int offset) => Vector256.LoadUnsafe(ref start, (nuint)offset);
}
