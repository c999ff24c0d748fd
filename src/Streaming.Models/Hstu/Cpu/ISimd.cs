namespace Streaming.Models.Hstu.Cpu;

/// <summary>The vector operations of the engine's loops, so that each loop is written once and compiled for each register width.</summary>
/// <remarks>
/// Every operation is exact or correctly rounded per lane (multiply-adds are fused), so a loop whose sums do not run across lanes gives the
/// same bits at every width.
/// </remarks>
/// <typeparam name="TVector">The register.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a register: a divisor of 16.</summary>
    static abstract int Lanes { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* target);

    /// <summary>The low and the high halves of <see cref="Lanes"/> pairs of bf16.</summary>
    static abstract void LoadPairs(uint* source, out TVector low, out TVector high);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Clamp(TVector value, float low, float high);

    static abstract TVector Floor(TVector value);

    /// <summary>2ⁿ of whole n in -126..127.</summary>
    static abstract TVector PowerOfTwo(TVector n);
}
