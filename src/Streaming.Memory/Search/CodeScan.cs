using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Lists;
using Streaming.Memory.Training;

namespace Streaming.Memory.Search;

/// <summary>Adds up the table entries of 32 entries' codes at a time. The three widths give the same sums.</summary>
internal static unsafe class CodeScan
{
    private const int TableEntries = 16;

    /// <summary>Adds the entries of a list that reach the buffer's threshold.</summary>
    /// <param name="chunks">The list.</param>
    /// <param name="table">[codes][16].</param>
    /// <param name="scan">What is the same for all lists.</param>
    /// <param name="baseKey">Key of the sum 0 in this list.</param>
    /// <param name="ahead">Goes before the scan.</param>
    /// <param name="blocks">Takes the blocks scanned.</param>
    /// <param name="best">Takes the candidates: sum + base, weighed by age, and their place in <paramref name="blocks"/>.</param>
    /// <returns>Entries scanned.</returns>
    public static long Scan(ChunkMemory[] chunks, byte* table, in ScanContext scan, int baseKey, ref ChunksAhead ahead, ref ScannedBlocks blocks, ref CandidateBuffer best)
    {
        int blockBytes = CodeBlock.Bytes(scan.Codes);
        long scanned = 0;
        foreach (ChunkMemory chunk in chunks)
        {
            ahead.Next();
            if (chunk.LatestUntilMs <= scan.NowMs)
                continue;
            int count = chunk.Count;
            bool mayBeginLater = scan.MayBeginLater(chunk);
            float weight = scan.WeightOf(chunk);
            byte* at = chunk.Codes;
            blocks.Reserve(count / CodeBlock.Entries + 1);
            for (int block = 0; block * CodeBlock.Entries < count; block++, at += blockBytes)
            {
                ahead.Fetch(blockBytes);
                int needed = Math.Max(0, Needed(best.Threshold, weight) - baseKey);
                if (needed > ushort.MaxValue)
                    break;
                var sums = Sums(at, table, scan.Codes);
                uint reached = (uint)Vector512.GreaterThanOrEqual(sums, Vector512.Create((ushort)needed)).ExtractMostSignificantBits();
                reached &= CodeBlock.Filled(count - block * CodeBlock.Entries) & Unended(chunk, block, scan.Version);
                int first = blocks.Add(chunk.RowNumbers + block * CodeBlock.Entries);
                if (!scan.Age.Matters && !(mayBeginLater && chunk.BlockLatestBegin(block) > scan.Version))
                    best.Add(sums, reached, baseKey, first);
                else
                    AddOneByOne(chunk, block, sums, reached, baseKey, weight, first, scan, ref best);
            }
            scanned += count;
        }
        return scanned;
    }

    // The lowest key is no limit at all, and stays so.
    private static int Needed(int threshold, float weight) =>
        weight == 1 || threshold == CandidateBuffer.Lowest ? threshold : (int)AgeWeight.Undo(weight, threshold);

    // An end later than the version is possible only where the last one is; such entries are for the caller to check. The bits come first: the
    // writer sets them last, so that whoever sees a bit sees the end behind it, and an entry that ends meanwhile is not taken for an ended one.
    private static uint Unended(ChunkMemory chunk, int block, long version)
    {
        uint ended = chunk.Ended(block);
        return chunk.LastEnd <= version ? ~ended : uint.MaxValue;
    }

    // Entries of later versions must not take the places of those that an older version shows.
    private static void AddOneByOne(
        ChunkMemory chunk, int block, Vector512<ushort> sums, uint reached, int baseKey, float weight, int first, in ScanContext scan, ref CandidateBuffer best)
    {
        for (bool mayBeginLater = scan.MayBeginLater(chunk); reached != 0; reached &= reached - 1)
        {
            int i = BitOperations.TrailingZeroCount(reached);
            int key = baseKey + sums[i];
            if (!mayBeginLater || scan.Rows[chunk.RowNumbers[block * CodeBlock.Entries + i]].Begin <= scan.Version)
                best.Add(weight == 1 ? key : (int)Math.Max(CandidateBuffer.Lowest, AgeWeight.Apply(weight, key)), first + i);
        }
    }

    /// <summary>Sums of 32 entries by the widest registers there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> Sums(byte* block, byte* table, int codes) =>
        Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? Sums512(block, table, codes)
        : Avx2.IsSupported ? Sums256(block, table, codes)
        : Sums128(block, table, codes);

    /// <summary>Sums of 32 entries: 64-byte registers, four codes each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> Sums512(byte* block, byte* table, int codes)
    {
        var low = Vector512.Create((byte)0x0F);
        Vector512<ushort> firstAll = default, firstOdd = default, secondAll = default, secondOdd = default;
        for (int c = 0; c < codes; c += Codebook.CodeGroup, block += 128, table += 128)
        {
            Vector512<byte> x = Vector512.Load(block), y = Vector512.Load(block + 64);
            Vector512<byte> tx = Vector512.Load(table), ty = Vector512.Load(table + 64);
            var low0 = (Avx512BW.Shuffle(tx, x & low) + Avx512BW.Shuffle(ty, y & low)).AsUInt16();
            var high0 = (Avx512BW.Shuffle(tx, (x.AsUInt16() >> 4).AsByte() & low) + Avx512BW.Shuffle(ty, (y.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
            firstAll += low0;
            firstOdd += low0 >> 8;
            secondAll += high0;
            secondOdd += high0 >> 8;
        }
        Vector512<ushort> firstEven = firstAll - (firstOdd << 8), secondEven = secondAll - (secondOdd << 8);
        var first = AddHalves(Avx512BW.UnpackLow(firstEven, firstOdd), Avx512BW.UnpackHigh(firstEven, firstOdd));
        var second = AddHalves(Avx512BW.UnpackLow(secondEven, secondOdd), Avx512BW.UnpackHigh(secondEven, secondOdd));
        return Avx512F.Shuffle4x128(first, second, 0b_10_00_10_00).AsUInt16() + Avx512F.Shuffle4x128(first, second, 0b_11_01_11_01).AsUInt16();
    }

    // Of quarters: x0 + x2, x1 + x3, y0 + y2, y1 + y3.
    private static Vector512<uint> AddHalves(Vector512<ushort> x, Vector512<ushort> y) =>
        (Avx512F.Shuffle4x128(x.AsUInt32(), y.AsUInt32(), 0b_01_00_01_00).AsUInt16() + Avx512F.Shuffle4x128(x.AsUInt32(), y.AsUInt32(), 0b_11_10_11_10).AsUInt16()).AsUInt32();

    /// <summary>The same with 32-byte registers, two codes each.</summary>
    public static Vector512<ushort> Sums256(byte* block, byte* table, int codes)
    {
        var low = Vector256.Create((byte)0x0F);
        Vector256<ushort> firstAll = default, firstOdd = default, secondAll = default, secondOdd = default;
        for (int c = 0; c < codes; c += 4, block += 64, table += 64)
        {
            Vector256<byte> x = Vector256.Load(block), y = Vector256.Load(block + 32);
            Vector256<byte> tx = Vector256.Load(table), ty = Vector256.Load(table + 32);
            var first = (Avx2.Shuffle(tx, x & low) + Avx2.Shuffle(ty, y & low)).AsUInt16();
            var second = (Avx2.Shuffle(tx, (x.AsUInt16() >> 4).AsByte() & low) + Avx2.Shuffle(ty, (y.AsUInt16() >> 4).AsByte() & low)).AsUInt16();
            firstAll += first;
            firstOdd += first >> 8;
            secondAll += second;
            secondOdd += second >> 8;
        }
        return Finish(Fold(firstAll - (firstOdd << 8)), Fold(firstOdd), Fold(secondAll - (secondOdd << 8)), Fold(secondOdd));
    }

    /// <summary>The same with 16-byte registers, one code each, on any processor.</summary>
    public static Vector512<ushort> Sums128(byte* block, byte* table, int codes)
    {
        var low = Vector128.Create((byte)0x0F);
        Vector128<ushort> firstAll = default, firstOdd = default, secondAll = default, secondOdd = default;
        for (int c = 0; c < codes; c++, block += TableEntries, table += TableEntries)
        {
            Vector128<byte> x = Vector128.Load(block), t = Vector128.Load(table);
            var first = Vector128.Shuffle(t, x & low).AsUInt16();
            var second = Vector128.Shuffle(t, (x.AsUInt16() >> 4).AsByte() & low).AsUInt16();
            firstAll += first;
            firstOdd += first >> 8;
            secondAll += second;
            secondOdd += second >> 8;
        }
        return Finish(firstAll - (firstOdd << 8), firstOdd, secondAll - (secondOdd << 8), secondOdd);
    }

    private static Vector128<ushort> Fold(Vector256<ushort> x) => x.GetLower() + x.GetUpper();

    // Even and odd entries of each half, back in order.
    private static Vector512<ushort> Finish(Vector128<ushort> even0, Vector128<ushort> odd0, Vector128<ushort> even1, Vector128<ushort> odd1) => Vector512.Create(
        Vector256.Create(UnpackLow(even0, odd0), UnpackHigh(even0, odd0)), Vector256.Create(UnpackLow(even1, odd1), UnpackHigh(even1, odd1)));

    private static Vector128<ushort> UnpackLow(Vector128<ushort> x, Vector128<ushort> y) => Sse2.IsSupported
        ? Sse2.UnpackLow(x, y)
        : (Vector128.WidenLower(x) | (Vector128.WidenLower(y) << 16)).AsUInt16();

    private static Vector128<ushort> UnpackHigh(Vector128<ushort> x, Vector128<ushort> y) => Sse2.IsSupported
        ? Sse2.UnpackHigh(x, y)
        : (Vector128.WidenUpper(x) | (Vector128.WidenUpper(y) << 16)).AsUInt16();
}
