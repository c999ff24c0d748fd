using System.Runtime.Intrinsics;

namespace Streaming.Models.SemanticIds.Assignment;

/// <summary>The loops of an assignment, compiled for one register width.</summary>
internal abstract class SimdKernels
{
    /// <summary>Floats in a register.</summary>
    public abstract int Lanes { get; }

    public static SimdKernels Create(SimdWidth width = SimdWidth.Best) => width switch
    {
        SimdWidth.Portable => new Of<Lanes128, Vector128<float>>(),
        SimdWidth.Vector256 => new Of<Lanes256, Vector256<float>>(),
        SimdWidth.Vector512 => new Of<Lanes512, Vector512<float>>(),
        _ => Create(Vector512.IsHardwareAccelerated ? SimdWidth.Vector512 : Vector256.IsHardwareAccelerated ? SimdWidth.Vector256 : SimdWidth.Portable),
    };

    /// <inheritdoc cref="CentroidLayer.Nearest(ReadOnlySpan{float}, out float)"/>
    public abstract int Nearest(float[] blocks, int blockCount, ReadOnlySpan<float> row, out float cost);

    /// <inheritdoc cref="ProjectionLayer.Apply(ReadOnlySpan{float}, Span{float}, SimdKernels)"/>
    public abstract void Project(float[] columns, int stride, ReadOnlySpan<float> input, Span<float> output);

    private sealed class Of<TLanes, TVector> : SimdKernels
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        public override int Lanes => TLanes.Count;

        public override int Nearest(float[] blocks, int blockCount, ReadOnlySpan<float> row, out float cost) =>
            CentroidLayer.Nearest<TLanes, TVector>(blocks, blockCount, row, out cost);

        public override void Project(float[] columns, int stride, ReadOnlySpan<float> input, Span<float> output) =>
            ProjectionLayer.Apply<TLanes, TVector>(columns, stride, input, output);
    }
}
