using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Streaming.Models.SemanticIds.Assignment;

/// <summary>Every processor: 4 floats.</summary>
internal readonly struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(ref float source, nuint offset) => Vector128.LoadUnsafe(ref source, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, ref float target, nuint offset) => value.StoreUnsafe(ref target, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddSquaredDifference(Vector128<float> sum, Vector128<float> a, Vector128<float> b)
    {
        var difference = a - b;
        return sum + (difference * difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddProduct(Vector128<float> sum, Vector128<float> a, Vector128<float> b) => sum + (a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KeepLess(Vector128<float> value, Vector128<float> index, ref Vector128<float> best, ref Vector128<float> at)
    {
        var less = Vector128.LessThan(value, best);
        best = Vector128.ConditionalSelect(less, value, best);
        at = Vector128.ConditionalSelect(less, index, at);
    }
}
