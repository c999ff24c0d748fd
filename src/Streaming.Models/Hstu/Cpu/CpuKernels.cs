using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>The engine's loops, compiled for one register width and one K/V format. Chosen once, when an engine is made.</summary>
internal abstract unsafe class CpuKernels
{
    public static CpuKernels Create(HstuSimdLevel level, HstuKvPrecision precision) => Resolve(level) switch
    {
        HstuSimdLevel.Vector512 => Create<Simd512, Vector512<float>>(precision),
        HstuSimdLevel.Vector256 => Create<Simd256, Vector256<float>>(precision),
        _ => Create<Simd128, Vector128<float>>(precision),
    };

    public abstract void LayerNorm(float* input, float scale, AlignedFloats mask, int count, float* gate, float* output);

    public abstract void Silu(float* values, int count);

    public abstract void L2Normalise(float* values, int count);

    public abstract void MultiplyAdd(PackedMatrix matrix, int firstPanel, int panels, RowBlock input, RowBlock output);

    public abstract void Store(byte* block, int slot, float* key, float* value, AttentionShape shape);

    public abstract void Attend(in AttentionScan scan, AttentionShape shape);

    public void MultiplyAdd(PackedMatrix matrix, RowBlock input, RowBlock output) => MultiplyAdd(matrix, 0, matrix.Panels, input, output);

    private static HstuSimdLevel Resolve(HstuSimdLevel level) =>
        level != HstuSimdLevel.Best ? level
        : Vector512.IsHardwareAccelerated ? HstuSimdLevel.Vector512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? HstuSimdLevel.Vector256
        : HstuSimdLevel.Portable;

    private static CpuKernels Create<TSimd, TVector>(HstuKvPrecision precision)
        where TSimd : ISimd<TVector>
        where TVector : unmanaged =>
        precision switch
        {
            HstuKvPrecision.Bf16 => new Of<TSimd, TVector, Bf16Format>(),
            HstuKvPrecision.Fp8 => new Of<TSimd, TVector, Fp8Format>(),
            _ => new Of<TSimd, TVector, Fp32Format>(),
        };

    private sealed class Of<TSimd, TVector, TKv> : CpuKernels
        where TSimd : ISimd<TVector>
        where TVector : unmanaged
        where TKv : IKvFormat
    {
        public override void LayerNorm(float* input, float scale, AlignedFloats mask, int count, float* gate, float* output) =>
            VectorMath<TSimd, TVector>.LayerNorm(input, scale, mask, count, gate, output);

        public override void Silu(float* values, int count) => VectorMath<TSimd, TVector>.Silu(values, count);

        public override void L2Normalise(float* values, int count) => VectorMath<TSimd, TVector>.L2Normalise(values, count);

        public override void MultiplyAdd(PackedMatrix matrix, int firstPanel, int panels, RowBlock input, RowBlock output) =>
            PanelProduct<TSimd, TVector>.MultiplyAdd(matrix, firstPanel, panels, input, output);

        public override void Store(byte* block, int slot, float* key, float* value, AttentionShape shape) =>
            Attention<TSimd, TVector, TKv>.Store(block, slot, key, value, shape);

        public override void Attend(in AttentionScan scan, AttentionShape shape) => Attention<TSimd, TVector, TKv>.Attend(scan, shape);
    }
}
