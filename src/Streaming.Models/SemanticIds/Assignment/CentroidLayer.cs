using System.Runtime.InteropServices;

namespace Streaming.Models.SemanticIds.Assignment;

/// <summary>One layer's centroids, laid out so that a vector lane is a centroid, for the search of the nearest.</summary>
/// <remarks>
/// <code>
/// block b: codes b·L .. b·L+L−1 (L = 4 registers)
///   bias: [c₀ c₁ … c_L−1]   dimension 0: [c₀ c₁ … c_L−1]   dimension 1: [c₀ c₁ … c_L−1]   …
/// </code>
/// Every lane begins with its bias and adds (r−c)² over the dimensions in order, exactly like a scalar loop; so the register
/// width changes nothing. Lanes past the last code have a bias of +∞ and never win.
/// </remarks>
internal sealed class CentroidLayer
{
    private const int RegistersPerBlock = 4;

    private readonly SimdKernels _kernels;
    private readonly float[] _blocks;
    private readonly int _dimension;
    private readonly int _blockCount;

    /// <param name="centroids">Size × dimension numbers.</param>
    /// <param name="biases">Size numbers that are added to the squared distances; empty = none.</param>
    /// <param name="size">Centroids.</param>
    /// <param name="dimension">Numbers of one.</param>
    /// <param name="kernels">Of a register width.</param>
    public CentroidLayer(ReadOnlySpan<float> centroids, ReadOnlySpan<float> biases, int size, int dimension, SimdKernels kernels)
    {
        (_kernels, _dimension) = (kernels, dimension);
        var lanes = RegistersPerBlock * kernels.Lanes;
        _blockCount = (size + lanes - 1) / lanes;
        _blocks = new float[_blockCount * lanes * (dimension + 1)];
        for (var code = 0; code < _blockCount * lanes; code++)
        {
            var (block, lane) = Math.DivRem(code, lanes);
            var start = (block * (dimension + 1) * lanes) + lane;
            _blocks[start] = code >= size ? float.PositiveInfinity : biases.IsEmpty ? 0 : biases[code];
            for (var d = 0; d < dimension && code < size; d++)
                _blocks[start + ((d + 1) * lanes)] = centroids[(code * dimension) + d];
        }
    }

    /// <param name="row">As long as the dimension.</param>
    /// <param name="cost">Squared L2 distance plus bias; +∞ when none is finite (NaN or overflow in the row).</param>
    /// <returns>The lowest of the cheapest codes.</returns>
    public int Nearest(ReadOnlySpan<float> row, out float cost) => _kernels.Nearest(_blocks, _blockCount, row[.._dimension], out cost);

    /// <summary>The search at one register width.</summary>
    /// <remarks>Block numbers are kept as floats: at most 65,536 codes make at most 4,096 blocks, and those are exact.</remarks>
    internal static int Nearest<TLanes, TVector>(float[] blocks, int blockCount, ReadOnlySpan<float> row, out float cost)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        var best0 = TLanes.Broadcast(float.PositiveInfinity);
        var (best1, best2, best3) = (best0, best0, best0);
        TVector at0 = default, at1 = default, at2 = default, at3 = default;
        var lanes = (nuint)TLanes.Count;
        ref var values = ref MemoryMarshal.GetArrayDataReference(blocks);
        nuint at = 0;
        for (var b = 0; b < blockCount; b++)
        {
            var sum0 = TLanes.Load(ref values, at);
            var sum1 = TLanes.Load(ref values, at + lanes);
            var sum2 = TLanes.Load(ref values, at + (2 * lanes));
            var sum3 = TLanes.Load(ref values, at + (3 * lanes));
            at += RegistersPerBlock * lanes;
            for (var d = 0; d < row.Length; d++)
            {
                var value = TLanes.Broadcast(row[d]);
                sum0 = TLanes.AddSquaredDifference(sum0, value, TLanes.Load(ref values, at));
                sum1 = TLanes.AddSquaredDifference(sum1, value, TLanes.Load(ref values, at + lanes));
                sum2 = TLanes.AddSquaredDifference(sum2, value, TLanes.Load(ref values, at + (2 * lanes)));
                sum3 = TLanes.AddSquaredDifference(sum3, value, TLanes.Load(ref values, at + (3 * lanes)));
                at += RegistersPerBlock * lanes;
            }
            var index = TLanes.Broadcast(b);
            TLanes.KeepLess(sum0, index, ref best0, ref at0);
            TLanes.KeepLess(sum1, index, ref best1, ref at1);
            TLanes.KeepLess(sum2, index, ref best2, ref at2);
            TLanes.KeepLess(sum3, index, ref best3, ref at3);
        }

        var code = int.MaxValue;
        cost = float.PositiveInfinity;
        Reduce<TLanes, TVector>(best0, at0, 0, ref code, ref cost);
        Reduce<TLanes, TVector>(best1, at1, 1, ref code, ref cost);
        Reduce<TLanes, TVector>(best2, at2, 2, ref code, ref cost);
        Reduce<TLanes, TVector>(best3, at3, 3, ref code, ref cost);
        return code;
    }

    private static void Reduce<TLanes, TVector>(TVector best, TVector at, int register, ref int code, ref float cost)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        Span<float> costs = stackalloc float[TLanes.Count], blocks = stackalloc float[TLanes.Count];
        TLanes.Store(best, ref MemoryMarshal.GetReference(costs), 0);
        TLanes.Store(at, ref MemoryMarshal.GetReference(blocks), 0);
        for (var lane = 0; lane < costs.Length; lane++)
        {
            var candidate = ((((int)blocks[lane] * RegistersPerBlock) + register) * costs.Length) + lane;
            if (costs[lane] < cost || (costs[lane] == cost && candidate < code))
                (cost, code) = (costs[lane], candidate);
        }
    }
}
