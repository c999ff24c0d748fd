namespace Streaming.Models.SemanticIds.Assignment;

/// <summary>The vector operations of an assignment, so that its loops are written once and compiled for each register width.</summary>
/// <remarks>
/// Every operation is exact or correctly rounded per lane, and none is fused. Loops that never add across lanes therefore give the bits of a
/// scalar loop at every width.
/// </remarks>
/// <typeparam name="TVector">The register.</typeparam>
internal interface ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a register.</summary>
    static abstract int Count { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(ref float source, nuint offset);

    static abstract void Store(TVector value, ref float target, nuint offset);

    /// <summary>sum + (a − b)².</summary>
    static abstract TVector AddSquaredDifference(TVector sum, TVector a, TVector b);

    /// <summary>sum + a · b.</summary>
    static abstract TVector AddProduct(TVector sum, TVector a, TVector b);

    /// <summary>Where <paramref name="value"/> is strictly less than <paramref name="best"/>, takes it and <paramref name="index"/>.</summary>
    static abstract void KeepLess(TVector value, TVector index, ref TVector best, ref TVector at);
}
