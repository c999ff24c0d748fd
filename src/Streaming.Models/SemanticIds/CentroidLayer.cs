using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streaming.Models.SemanticIds;

/// <summary>One layer's centroids, laid out so that a vector lane is a centroid, and the search of the nearest.</summary>
/// <remarks>
/// <code>
/// block b: codes b·L .. b·L+L−1 (L = 4 vectors)
///   dimension 0: [c₀ c₁ … c_L−1]   dimension 1: [c₀ c₁ … c_L−1]   …
/// </code>
/// Every lane adds (r−c)² over the dimensions in order, exactly like a scalar loop; no fused multiply-add, so the vector
/// width changes nothing. Lanes past the last code hold +∞ and never win.
/// </remarks>
internal sealed class CentroidLayer
{
    private const int VectorsPerBlock = 4;

    private static readonly int BlockLanes = VectorsPerBlock * Vector<float>.Count;

    private readonly float[] _blocks;
    private readonly int _dimension;

    public CentroidLayer(ReadOnlySpan<float> centroids, int size, int dimension)
    {
        _dimension = dimension;
        var blockCount = (size + BlockLanes - 1) / BlockLanes;
        _blocks = new float[blockCount * BlockLanes * dimension];
        Array.Fill(_blocks, float.PositiveInfinity);
        for (var code = 0; code < size; code++)
        {
            var (block, lane) = Math.DivRem(code, BlockLanes);
            for (var d = 0; d < dimension; d++)
                _blocks[(block * dimension + d) * BlockLanes + lane] = centroids[code * dimension + d];
        }
    }

    /// <param name="row">As long as the dimension.</param>
    /// <param name="distance">Squared L2 distance; +∞ when none is finite (NaN or overflow in the row).</param>
    /// <returns>The lowest of the nearest codes.</returns>
    public int Nearest(ReadOnlySpan<float> row, out float distance)
    {
        var best0 = new Vector<float>(float.PositiveInfinity);
        var (best1, best2, best3) = (best0, best0, best0);
        Vector<int> at0 = default, at1 = default, at2 = default, at3 = default;

        ref var block = ref MemoryMarshal.GetArrayDataReference(_blocks);
        var blockCount = _blocks.Length / (BlockLanes * _dimension);
        for (var b = 0; b < blockCount; b++)
        {
            Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (var d = 0; d < row.Length; d++)
            {
                var value = new Vector<float>(row[d]);
                var d0 = value - Load(ref block, 0);
                var d1 = value - Load(ref block, 1);
                var d2 = value - Load(ref block, 2);
                var d3 = value - Load(ref block, 3);
                sum0 += d0 * d0;
                sum1 += d1 * d1;
                sum2 += d2 * d2;
                sum3 += d3 * d3;
                block = ref Unsafe.Add(ref block, BlockLanes);
            }
            var index = new Vector<int>(b);
            Keep(sum0, index, ref best0, ref at0);
            Keep(sum1, index, ref best1, ref at1);
            Keep(sum2, index, ref best2, ref at2);
            Keep(sum3, index, ref best3, ref at3);
        }

        var code = int.MaxValue;
        distance = float.PositiveInfinity;
        Reduce(best0, at0, 0, ref code, ref distance);
        Reduce(best1, at1, 1, ref code, ref distance);
        Reduce(best2, at2, 2, ref code, ref distance);
        Reduce(best3, at3, 3, ref code, ref distance);
        return code;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(ref float block, int vector) =>
        Vector.LoadUnsafe(ref block, (nuint)(vector * Vector<float>.Count));

    // Strictly less: blocks come in code order, so a lane keeps its lowest code.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(Vector<float> sum, Vector<int> index, ref Vector<float> best, ref Vector<int> at)
    {
        var less = Vector.LessThan(sum, best);
        best = Vector.ConditionalSelect(less, sum, best);
        at = Vector.ConditionalSelect(less, index, at);
    }

    private static void Reduce(Vector<float> best, Vector<int> at, int vector, ref int code, ref float distance)
    {
        for (var lane = 0; lane < Vector<float>.Count; lane++)
        {
            var candidate = at[lane] * BlockLanes + vector * Vector<float>.Count + lane;
            if (best[lane] < distance || best[lane] == distance && candidate < code)
                (distance, code) = (best[lane], candidate);
        }
    }
}
