using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Models.SemanticIds.Assignment;

/// <summary>AVX-512: 16 floats.</summary>
internal readonly struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ref float source, nuint offset) => Vector512.LoadUnsafe(ref source, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, ref float target, nuint offset) => value.StoreUnsafe(ref target, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddSquaredDifference(Vector512<float> sum, Vector512<float> a, Vector512<float> b)
    {
        var difference = a - b;
        return sum + (difference * difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddProduct(Vector512<float> sum, Vector512<float> a, Vector512<float> b) => sum + (a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KeepLess(Vector512<float> value, Vector512<float> index, ref Vector512<float> best, ref Vector512<float> at)
    {
        var less = Vector512.LessThan(value, best);
        best = Vector512.ConditionalSelect(less, value, best);
        at = Vector512.ConditionalSelect(less, index, at);
    }
}
