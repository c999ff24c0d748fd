using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Streaming.Memory.Training;

/// <summary>
/// Finds the centroid nearest to a vector, or one as good as nearest: all centroids by a product code of a few dimensions each, then those that may
/// be the nearest in full. This is what a write mostly costs. Immutable.
/// </summary>
/// <remarks>
/// Product quantisation after Jégou, Douze and Schmid (2011), with 16 entries a code, so that a table of them is one register. Codes are whole bytes,
/// [block of 64 lists][code][64]: what unpacking would cost here is more than what the bytes do. Sums are integers and equal for all register widths.
/// </remarks>
internal sealed unsafe class NearestCentroid
{
    private const int Entries = 16;
    private const int BlockLists = 64;
    private const int CodeGroup = 8; // Codes whose entries are added in a byte before they are widened.
    private const int MaxEntry = byte.MaxValue / CodeGroup;
    private const int DimensionsPerCode = 4;
    private const int FewestCodes = 16;
    private const int MostCodes = 64;
    private const int MostLikely = 32;

    // Standard deviations of the coding's error within which a list may be the nearest: 1.25 leaves squared distances 0.05% above the least.
    private const float Tolerated = 1.25f;

    private readonly Codebook _codebook;
    private readonly ProductCode? _code;
    private readonly byte[] _codes = [];
    private readonly float _error;

    public NearestCentroid(Codebook codebook)
    {
        _codebook = codebook;
        if (codebook.Lists <= MostLikely)
            return; // All are looked at.
        int codes = Math.Clamp((codebook.Dimension / DimensionsPerCode + CodeGroup - 1) / CodeGroup * CodeGroup, FewestCodes, MostCodes);
        _code = new ProductCode(codebook.Dimension, codes);
        _error = _code.Train(codebook.Centroids);
        _codes = GC.AllocateArray<byte>(Blocks * codes * BlockLists, pinned: true);
        Span<byte> coded = stackalloc byte[codes];
        for (int at = 0; at < Blocks * BlockLists; at++)
        {
            // Beyond the last list its codes again, which no sum of a real one can lose against.
            int list = Math.Min(at, codebook.Lists - 1);
            _code.Encode(codebook.Centroids.AsSpan(list * codebook.Dimension, codebook.Dimension), coded);
            for (int c = 0; c < codes; c++)
                _codes[(at / BlockLists * codes + c) * BlockLists + at % BlockLists] = coded[c];
        }
    }

    private int Blocks => (_codebook.Lists + BlockLists - 1) / BlockLists;

    /// <summary>The list whose centroid is nearest to a vector, or all but the nearest, and its <see cref="Codebook.Closeness"/>.</summary>
    /// <param name="vector">As the metric prepares vectors.</param>
    [SkipLocalsInit]
    public (int List, float Closeness) Find(ReadOnlySpan<float> vector)
    {
        int* likely = stackalloc int[MostLikely];
        int count = _code is null ? All(likely) : Likely(_code, vector, likely);
        int nearest = -1;
        float best = float.NegativeInfinity;
        for (int i = 0; i < count; i++)
        {
            float score = _codebook.Closeness(vector, likely[i]);
            if (score > best || (score == best && likely[i] < nearest))
                (nearest, best) = (likely[i], score);
        }
        return (nearest, best);
    }

    private int All(int* likely)
    {
        for (int list = 0; list < _codebook.Lists; list++)
            likely[list] = list;
        return _codebook.Lists;
    }

    [SkipLocalsInit]
    private int Likely(ProductCode code, ReadOnlySpan<float> vector, int* likely)
    {
        byte* table = stackalloc byte[code.Codes * Entries];
        float step = code.Table(vector, MaxEntry, table);
        ushort* sums = stackalloc ushort[Blocks * BlockLists];
        int highest;
        fixed (byte* codes = _codes)
            highest = Sums(codes, table, code.Codes, Blocks, sums);
        // Where more are as likely than are looked at, the likeliest of them.
        for (float within = Tolerated * _error * TensorPrimitives.Norm(vector) / step; ; within /= 2)
        {
            int count = Reaching((ushort)Math.Max(0, highest - within), sums, likely);
            if (count <= MostLikely)
                return count;
            if (within < 1)
                return MostLikely;
        }
    }

    // Those that reach the threshold, or one more than are looked at.
    private int Reaching(ushort threshold, ushort* sums, int* likely)
    {
        int count = 0;
        var least = Vector512.Create(threshold);
        for (int block = 0; block < Blocks; block++)
        {
            ulong even = Vector512.GreaterThanOrEqual(Vector512.Load(sums + block * BlockLists), least).ExtractMostSignificantBits();
            ulong odd = Vector512.GreaterThanOrEqual(Vector512.Load(sums + block * BlockLists + BlockLists / 2), least).ExtractMostSignificantBits();
            for (ulong mask = even | (odd << (BlockLists / 2)); mask != 0; mask &= mask - 1)
            {
                int list = ListOf(block, BitOperations.TrailingZeroCount(mask));
                if (list >= _codebook.Lists)
                    continue;
                if (count == MostLikely)
                    return count + 1;
                likely[count++] = list;
            }
        }
        return count;
    }

    // A block's sums are first those of its even lists, then those of its odd ones.
    private static int ListOf(int block, int i) => block * BlockLists + 2 * i % BlockLists + 2 * i / BlockLists;

    /// <summary>Each list's sum of table entries, by the widest registers there are, [block][even lists, odd lists].</summary>
    /// <returns>The highest.</returns>
    public static int Sums(byte* codes, byte* table, int count, int blocks, ushort* sums) =>
        Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? Sums512(codes, table, count, blocks, sums)
        : Avx2.IsSupported ? Sums256(codes, table, count, blocks, sums)
        : Sums128(codes, table, count, blocks, sums);

    /// <summary>64 lists at a time.</summary>
    public static int Sums512(byte* codes, byte* table, int count, int blocks, ushort* sums)
    {
        var highest = Vector512<ushort>.Zero;
        for (int block = 0; block < blocks; block++, sums += BlockLists)
        {
            Vector512<ushort> all = default, odd = default;
            for (int group = 0; group < count; group += CodeGroup, codes += CodeGroup * BlockLists)
            {
                byte* entries = table + group * Entries;
                var sum = Look512(codes, entries, 0) + Look512(codes, entries, 1) + (Look512(codes, entries, 2) + Look512(codes, entries, 3))
                    + (Look512(codes, entries, 4) + Look512(codes, entries, 5) + (Look512(codes, entries, 6) + Look512(codes, entries, 7)));
                all += sum.AsUInt16();
                odd += sum.AsUInt16() >> 8;
            }
            var even = all - (odd << 8);
            even.Store(sums);
            odd.Store(sums + BlockLists / 2);
            highest = Vector512.Max(highest, Vector512.Max(even, odd));
        }
        return Highest(highest);
    }

    /// <summary>The same, 32 lists at a time.</summary>
    public static int Sums256(byte* codes, byte* table, int count, int blocks, ushort* sums)
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

    /// <summary>The same, 16 lists at a time, on any processor.</summary>
    public static int Sums128(byte* codes, byte* table, int count, int blocks, ushort* sums)
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
    private static Vector512<byte> Look512(byte* codes, byte* entries, int code) =>
        Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((uint*)(entries + code * Entries)).AsByte(), Vector512.Load(codes + code * BlockLists));

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
