using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Streaming.Memory.Search;

/// <summary>
/// Appends chosen lanes of registers to arrays without a branch: which entries of a scan are good enough is as good as random, and a branch taken wrongly costs more than
/// the sums of two blocks.
/// </summary>
internal static unsafe class Compress
{
    /// <summary>Lanes of a register; what is written behind the chosen ones is of no meaning, so arrays have room for so many more.</summary>
    public const int Lanes = 16;

    private static Vector512<int> LaneBits => Vector512.Create(
        1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15);

    /// <summary>Appends the lanes of two registers whose bit is set.</summary>
    /// <param name="keys">Where the first register's lanes go.</param>
    /// <param name="values">Where the second one's go.</param>
    /// <param name="key">The first register.</param>
    /// <param name="value">The second register.</param>
    /// <param name="chosen">A bit a lane.</param>
    /// <returns>Lanes appended.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Append(int* keys, int* values, Vector512<int> key, Vector512<int> value, uint chosen)
    {
        if (!Avx512F.IsSupported)
            return AppendOneByOne(keys, values, key, value, chosen);
        var lanes = Vector512.Equals(Vector512.Create((int)chosen) & LaneBits, LaneBits);
        Avx512F.Compress(Vector512<int>.Zero, lanes, key).Store(keys);
        Avx512F.Compress(Vector512<int>.Zero, lanes, value).Store(values);
        return BitOperations.PopCount(chosen & 0xFFFF);
    }

    /// <summary>The same on any processor.</summary>
    public static int AppendOneByOne(int* keys, int* values, Vector512<int> key, Vector512<int> value, uint chosen)
    {
        int count = 0;
        for (uint left = chosen & 0xFFFF; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            keys[count] = key[lane];
            values[count++] = value[lane];
        }
        return count;
    }
}
