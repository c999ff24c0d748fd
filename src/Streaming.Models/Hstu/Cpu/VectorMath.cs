using System.Runtime.CompilerServices;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>Norms and activations of padded vectors. Hot path.</summary>
/// <remarks>A sum across a vector always runs in 16 partial sums, whatever the register, joined in one fixed order: the same bits at every width.</remarks>
internal static unsafe class VectorMath<TSimd, TVector>
    where TSimd : ISimd<TVector>
    where TVector : unmanaged
{
    private const int PartialSums = 16;
    private const float LayerNormEpsilon = 1e-6f;
    private const float MinNorm = 1e-6f;

    /// <summary>output = LN(scale · input) [⊙ gate], without affine, with the population variance.</summary>
    /// <param name="input">[padded width], zero where padded.</param>
    /// <param name="scale">Factor on the input.</param>
    /// <param name="mask">[padded width], one where not padded.</param>
    /// <param name="count">The width without padding.</param>
    /// <param name="gate">[padded width], or null for none.</param>
    /// <param name="output">[padded width]; zero where padded.</param>
    public static void LayerNorm(float* input, float scale, AlignedFloats mask, int count, float* gate, float* output)
    {
        var factor = TSimd.Broadcast(scale);
        var lanes = stackalloc float[PartialSums];
        for (var part = 0; part < PartialSums; part += TSimd.Lanes)
        {
            var sum = default(TVector);
            for (var i = part; i < mask.Length; i += PartialSums)
            {
                var value = TSimd.Multiply(TSimd.Load(input + i), factor);
                TSimd.Store(value, output + i);
                sum = TSimd.Add(sum, value);
            }
            TSimd.Store(sum, lanes + part);
        }
        var mean = TSimd.Broadcast(Join(lanes) / count);
        for (var part = 0; part < PartialSums; part += TSimd.Lanes)
        {
            var sum = default(TVector);
            for (var i = part; i < mask.Length; i += PartialSums)
            {
                var value = TSimd.Multiply(TSimd.Subtract(TSimd.Load(output + i), mean), TSimd.Load(mask.Pointer + i));
                TSimd.Store(value, output + i);
                sum = TSimd.MultiplyAdd(value, value, sum);
            }
            TSimd.Store(sum, lanes + part);
        }
        Scale(output, 1f / MathF.Sqrt((Join(lanes) / count) + LayerNormEpsilon), mask.Length);
        if (gate != null) Gate(output, gate, mask.Length);
    }

    /// <summary>values = SiLU(values).</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="count">A multiple of 16.</param>
    public static void Silu(float* values, int count)
    {
        for (var i = 0; i < count; i += TSimd.Lanes) TSimd.Store(Silu(TSimd.Load(values + i)), values + i);
    }

    /// <summary>values /= max(|values|, 1e-6).</summary>
    /// <param name="values">The numbers, zero where padded.</param>
    /// <param name="count">A multiple of 16.</param>
    public static void L2Normalise(float* values, int count)
    {
        var lanes = stackalloc float[PartialSums];
        for (var part = 0; part < PartialSums; part += TSimd.Lanes)
        {
            var sum = default(TVector);
            for (var i = part; i < count; i += PartialSums)
            {
                var value = TSimd.Load(values + i);
                sum = TSimd.MultiplyAdd(value, value, sum);
            }
            TSimd.Store(sum, lanes + part);
        }
        Scale(values, 1f / MathF.Max(MathF.Sqrt(Join(lanes)), MinNorm), count);
    }

    /// <summary>x / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Silu(TVector x) =>
        TSimd.Divide(x, TSimd.Add(TSimd.Broadcast(1), Exp(TSimd.Subtract(default, x))));

    // Cephes' expf: e^x = 2^n * e^r with |r| <= ln 2 / 2 and a polynomial for e^r; about 2 units in the last place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Exp(TVector x)
    {
        x = TSimd.Clamp(x, -87f, 88f);
        var n = TSimd.Floor(TSimd.MultiplyAdd(x, TSimd.Broadcast(1.44269504f), TSimd.Broadcast(0.5f)));
        var r = TSimd.MultiplyAdd(n, TSimd.Broadcast(-0.693359375f), x);
        r = TSimd.MultiplyAdd(n, TSimd.Broadcast(2.12194440e-4f), r);

        var p = TSimd.Broadcast(1.9875691500e-4f);
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.3981999507e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(8.3334519073e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(4.1665795894e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.6666665459e-1f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(5.0000001201e-1f));
        p = TSimd.Add(TSimd.MultiplyAdd(p, TSimd.Multiply(r, r), r), TSimd.Broadcast(1));
        return TSimd.Multiply(p, TSimd.PowerOfTwo(n));
    }

    private static void Scale(float* values, float scale, int count)
    {
        var factor = TSimd.Broadcast(scale);
        for (var i = 0; i < count; i += TSimd.Lanes) TSimd.Store(TSimd.Multiply(TSimd.Load(values + i), factor), values + i);
    }

    private static void Gate(float* values, float* gate, int count)
    {
        for (var i = 0; i < count; i += TSimd.Lanes) TSimd.Store(TSimd.Multiply(TSimd.Load(values + i), TSimd.Load(gate + i)), values + i);
    }

    private static float Join(float* lanes)
    {
        for (var half = PartialSums / 2; half > 0; half /= 2)
            for (var lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
        return lanes[0];
    }
}
