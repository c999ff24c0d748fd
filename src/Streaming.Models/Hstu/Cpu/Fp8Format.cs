using System.Runtime.CompilerServices;
using Streaming.Models.Numerics;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>Values of e4m3 times the scale of their row, held as <see cref="Fp32Format"/> does: the GPU's rounding without its bytes.</summary>
/// <remarks>
/// The definition is <c>store_quantised</c> of <c>Gpu/Kernels/3-Projection.cu</c>, but for its approximate division, which may move a number beside a middle to the
/// neighbouring value, and for rows below 1.4e-36, which it does not guard. Only the keeping is the GPU's: its projections of bf16 and its sums in
/// half floats are not repeated.
/// </remarks>
internal readonly unsafe struct Fp8Format : IKvFormat
{
    public static int Bytes => Fp32Format.Bytes;

    public static void RoundRow(Span<float> row) => E4m3.RoundRow(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* run, int index, float value) => Fp32Format.Store(run, index, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs<TSimd, TVector>(byte* run, int pair, out TVector low, out TVector high)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged =>
        Fp32Format.LoadPairs<TSimd, TVector>(run, pair, out low, out high);
}
