using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Streaming.Memory.Training;

/// <summary>
/// Adds up what tables say of the codes of lists, for <see cref="Together"/> vectors at a time: the codes of 2,048 lists fill the nearest cache, and reading them for each vector
/// anew would take longer than adding. Codes are [block of 64 lists][code][64] bytes, tables [code][16]. Sums are equal for all register widths.
/// </summary>
internal static unsafe class ListSums
{
    /// <summary>Lists in a block.</summary>
    public const int BlockLists = 64;

    /// <summary>Entries of a code's table.</summary>
    public const int Entries = 16;

    /// <summary>Codes whose entries are added in a byte before they are widened.</summary>
    public const int CodeGroup = 8;

    /// <summary>Vectors in one call.</summary>
    public const int Together = 4;

    /// <summary>Each list's sum for each vector, by the widest registers there are.</summary>
    /// <param name="codes">Of <paramref name="blocks"/> blocks.</param>
    /// <param name="tables">Of each vector, one after the other.</param>
    /// <param name="count">Codes a list has; a multiple of <see cref="CodeGroup"/>.</param>
    /// <param name="blocks">Blocks of lists.</param>
    /// <param name="sums">[vector][block][even lists, odd lists].</param>
    /// <param name="highest">The highest of each vector.</param>
    public static void Add(byte* codes, byte* tables, int count, int blocks, ushort* sums, int* highest)
    {
        if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported)
        {
            Add512(codes, tables, count, blocks, sums, highest);
            return;
        }
        for (int vector = 0; vector < Together; vector++, tables += count * Entries, sums += blocks * BlockLists)
            highest[vector] = Avx2.IsSupported ? Add256(codes, tables, count, blocks, sums) : Add128(codes, tables, count, blocks, sums);
    }

    /// <summary>64 lists at a time, for all vectors.</summary>
    public static void Add512(byte* codes, byte* tables, int count, int blocks, ushort* sums, int* highest)
    {
        int next = count * Entries, sumsNext = blocks * BlockLists;
        Vector512<ushort> highest0 = default, highest1 = default, highest2 = default, highest3 = default;
        for (int block = 0; block < blocks; block++, sums += BlockLists)
        {
            Vector512<ushort> all0 = default, all1 = default, all2 = default, all3 = default, odd0 = default, odd1 = default, odd2 = default, odd3 = default;
            byte* table = tables;
            for (int group = 0; group < count; group += CodeGroup)
            {
                Vector512<byte> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                for (int c = 0; c < CodeGroup; c++, codes += BlockLists, table += Entries)
                {
                    var code = Vector512.Load(codes);
                    sum0 += Look(table, code);
                    sum1 += Look(table + next, code);
                    sum2 += Look(table + 2 * next, code);
                    sum3 += Look(table + 3 * next, code);
                }
                Widen(sum0, ref all0, ref odd0);
                Widen(sum1, ref all1, ref odd1);
                Widen(sum2, ref all2, ref odd2);
                Widen(sum3, ref all3, ref odd3);
            }
            Store(all0, odd0, sums, ref highest0);
            Store(all1, odd1, sums + sumsNext, ref highest1);
            Store(all2, odd2, sums + 2 * sumsNext, ref highest2);
            Store(all3, odd3, sums + 3 * sumsNext, ref highest3);
        }
        (highest[0], highest[1], highest[2], highest[3]) = (Highest(highest0), Highest(highest1), Highest(highest2), Highest(highest3));
    }

    /// <summary>32 lists at a time, for one vector.</summary>
    /// <returns>The highest.</returns>
    public static int Add256(byte* codes, byte* table, int count, int blocks, ushort* sums)
    {
        var highest = Vector256<ushort>.Zero;
        for (int part = 0; part < 2 * blocks; part++)
        {
            byte* at = codes + (part / 2 * count * BlockLists) + part % 2 * 32;
            ushort* to = sums + part / 2 * BlockLists + part % 2 * 16;
            Vector256<ushort> all = default, odd = default;
            for (int group = 0; group < count; group += CodeGroup)
            {
                Vector256<byte> sum = default;
                for (int c = group; c < group + CodeGroup; c++, at += BlockLists)
                    sum += Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table + c * Entries), Vector256.Load(at));
                all += sum.AsUInt16();
                odd += sum.AsUInt16() >> 8;
            }
            var even = all - (odd << 8);
            even.Store(to);
            odd.Store(to + BlockLists / 2);
            highest = Vector256.Max(highest, Vector256.Max(even, odd));
        }
        return Highest(Vector512.Create(highest, highest));
    }

    /// <summary>16 lists at a time, for one vector, on any processor.</summary>
    /// <returns>The highest.</returns>
    public static int Add128(byte* codes, byte* table, int count, int blocks, ushort* sums)
    {
        var highest = Vector128<ushort>.Zero;
        for (int part = 0; part < 4 * blocks; part++)
        {
            byte* at = codes + (part / 4 * count * BlockLists) + part % 4 * 16;
            ushort* to = sums + part / 4 * BlockLists + part % 4 * 8;
            Vector128<ushort> all = default, odd = default;
            for (int group = 0; group < count; group += CodeGroup)
            {
                Vector128<byte> sum = default;
                for (int c = group; c < group + CodeGroup; c++, at += BlockLists)
                    sum += Vector128.Shuffle(Vector128.Load(table + c * Entries), Vector128.Load(at));
                all += sum.AsUInt16();
                odd += sum.AsUInt16() >> 8;
            }
            var even = all - (odd << 8);
            even.Store(to);
            odd.Store(to + BlockLists / 2);
            highest = Vector128.Max(highest, Vector128.Max(even, odd));
        }
        var twice = Vector256.Create(highest, highest);
        return Highest(Vector512.Create(twice, twice));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Look(byte* table, Vector512<byte> codes) =>
        Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((uint*)table).AsByte(), codes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector512<byte> sum, ref Vector512<ushort> all, ref Vector512<ushort> odd)
    {
        all += sum.AsUInt16();
        odd += sum.AsUInt16() >> 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<ushort> all, Vector512<ushort> odd, ushort* sums, ref Vector512<ushort> highest)
    {
        var even = all - (odd << 8);
        even.Store(sums);
        odd.Store(sums + BlockLists / 2);
        highest = Vector512.Max(highest, Vector512.Max(even, odd));
    }

    private static int Highest(Vector512<ushort> sums)
    {
        var half = Vector256.Max(sums.GetLower(), sums.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        int highest = 0;
        for (int i = 0; i < Vector128<ushort>.Count; i++)
            highest = Math.Max(highest, quarter[i]);
        return highest;
    }
}
