using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Streaming.Memory.Search;

/// <summary>Ranks among numbers by counting, a register at a time: no swaps, and hardly a branch that could be taken wrongly.</summary>
internal static unsafe class Selection
{
    /// <summary>The highest key that at least <paramref name="wanted"/> of the keys reach; there are as many.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="wanted">1 or more.</param>
    public static int Reached(ReadOnlySpan<int> keys, int wanted)
    {
        long low = TensorPrimitives.Min(keys), high = (long)TensorPrimitives.Max(keys) + 1;
        while (high - low > 1)
        {
            long middle = low + (high - low) / 2;
            if (CountAbove(keys, (int)(middle - 1)) >= wanted)
                low = middle;
            else
                high = middle;
        }
        return (int)low;
    }

    /// <summary>Keys above a limit.</summary>
    public static int CountAbove(ReadOnlySpan<int> keys, int limit)
    {
        int count = 0, i = 0;
        var limits = Vector512.Create(limit);
        fixed (int* at = keys)
        {
            for (; i <= keys.Length - Vector512<int>.Count; i += Vector512<int>.Count)
                count += BitOperations.PopCount(Vector512.GreaterThan(Vector512.Load(at + i), limits).ExtractMostSignificantBits());
            for (; i < keys.Length; i++)
                count += at[i] > limit ? 1 : 0;
        }
        return count;
    }

    /// <summary>An integer that is higher where a number is; −0 is below 0.</summary>
    public static int Ordered(float number)
    {
        int bits = BitConverter.SingleToInt32Bits(number);
        return bits ^ ((bits >> 31) & int.MaxValue);
    }
}
