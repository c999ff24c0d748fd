using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Models.SemanticIds.Assignment;

/// <summary>AVX2: 8 floats.</summary>
internal readonly struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ref float source, nuint offset) => Vector256.LoadUnsafe(ref source, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, ref float target, nuint offset) => value.StoreUnsafe(ref target, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddSquaredDifference(Vector256<float> sum, Vector256<float> a, Vector256<float> b)
    {
        var difference = a - b;
        return sum + (difference * difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddProduct(Vector256<float> sum, Vector256<float> a, Vector256<float> b) => sum + (a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KeepLess(Vector256<float> value, Vector256<float> index, ref Vector256<float> best, ref Vector256<float> at)
    {
        var less = Vector256.LessThan(value, best);
        best = Vector256.ConditionalSelect(less, value, best);
        at = Vector256.ConditionalSelect(less, index, at);
    }
}
